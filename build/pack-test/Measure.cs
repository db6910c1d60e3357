// The pack test's step for ResNet18: the distance of images to themselves and to some of them, with a cache. The network comes with the package.
using Microsoft.ML;
using Microsoft.ML.SimpleDiffusion;
using Microsoft.ML.SimpleDiffusion.ResNet;

var context = new MLContext(seed: 1);
IDataView images = context.Data.LoadFromImageFolder(args[0]);
var options = new ResNet18DistanceOptions { ImageColumnName = "ImagePath", GeneratedColumnName = "ImagePath", CacheDirectory = "features" };
var same = context.ImageGeneration().EvaluateResNet18(images, images, options);
var others = context.ImageGeneration().EvaluateResNet18(context.Data.TakeRows(images, 3), images, options);
Console.WriteLine(same);
Console.WriteLine(others);
return same.Distance < 0.01 * others.Distance && Directory.GetFiles("features").Length == 1 ? 0 : 1;

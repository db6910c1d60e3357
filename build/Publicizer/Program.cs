using System.Text.RegularExpressions;
using Mono.Cecil;

// Copies an assembly with the types that match a pattern, and all their members, made public.
// The copy is a compile-time reference only: at run time the original assembly is loaded, and
// IgnoresAccessChecksToAttribute lets the compiled calls through.
if (args.Length != 3)
{
    Console.Error.WriteLine("usage: Publicizer SOURCE.dll DESTINATION.dll TYPE_NAME_PATTERN");
    return 2;
}

var (source, destination, pattern) = (args[0], args[1], new Regex(args[2], RegexOptions.CultureInvariant));
using var resolver = new DefaultAssemblyResolver();
resolver.AddSearchDirectory(Path.GetDirectoryName(Path.GetFullPath(source)));
using var module = ModuleDefinition.ReadModule(source, new ReaderParameters { AssemblyResolver = resolver });

var matched = module.GetTypes().Where(type => pattern.IsMatch(type.FullName.Replace('/', '+'))).ToList();
foreach (var type in matched)
{
    type.Attributes = (type.Attributes & ~TypeAttributes.VisibilityMask) | (type.IsNested ? TypeAttributes.NestedPublic : TypeAttributes.Public);
    foreach (var method in type.Methods)
    {
        method.Attributes = (method.Attributes & ~MethodAttributes.MemberAccessMask) | MethodAttributes.Public;
    }

    foreach (var field in type.Fields)
    {
        field.Attributes = (field.Attributes & ~FieldAttributes.FieldAccessMask) | FieldAttributes.Public;
    }
}

if (matched.Count == 0)
{
    Console.Error.WriteLine($"Publicizer: no type of '{source}' matches '{pattern}'.");
    return 1;
}

Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(destination))!);
module.Write(destination);
return 0;

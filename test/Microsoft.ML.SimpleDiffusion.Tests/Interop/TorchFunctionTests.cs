using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text;
using Microsoft.ML.SimpleDiffusion.Compute;
using Microsoft.ML.SimpleDiffusion.Interop.Native;
using Microsoft.ML.SimpleDiffusion.TestSupport;

namespace Microsoft.ML.SimpleDiffusion.Tests.Interop;

/// <summary>Names of C++ functions differ between compilers, and a wrong one is noticed only when it is called on that system.</summary>
[TestClass]
public class TorchFunctionTests
{
    private const uint MachO64 = 0xfeedfacf;
    private const uint SymbolTableCommand = 2;
    private const int SymbolLength = 16;
    private const byte ExternalFlag = 1;
    private const byte TypeMask = 0x0e;

    [TestMethod]
    public void Every_function_is_in_the_libtorch_of_this_system()
    {
        foreach (var function in TorchFunctions.All)
        {
            Assert.AreNotEqual(0, function.Address, function.ItaniumName);
        }
    }

    [TestMethod]
    public void Every_function_is_in_the_libtorch_of_Windows()
    {
        var exported = PortableExecutableExports(ForeignLibrary("libtorch-cpu-win-x64", "win-x64", "torch_cpu.dll"));
        foreach (var function in TorchFunctions.All)
        {
            Assert.Contains(function.MicrosoftName, exported);
        }
    }

    [TestMethod]
    public void Every_function_is_in_the_libtorch_of_macOS()
    {
        var exported = MachOExports(ForeignLibrary("libtorch-cpu-osx-arm64", "osx-arm64", "libtorch_cpu.dylib"));
        foreach (var function in TorchFunctions.All)
        {
            // Files have an underscore before each name, which the loader leaves out.
            Assert.Contains("_" + function.ItaniumName, exported);
        }
    }

    [TestMethod]
    public void Nothing_is_looked_for_where_the_precision_is_float32()
    {
        var (exitCode, output, errors) = TestHostProcess.Run(["native-functions"]);

        Assert.AreEqual(0, exitCode, errors);
        string expected = ConvolutionCheck.OneDnn switch
        {
            OneDnnUse.AnyChannels => string.Empty,
            OneDnnUse.FullBlocks => "_ZN2at13globalContextEv,_ZN2at7Context20setUserEnabledNNPACKEb",
            _ => "_ZN2at13globalContextEv,_ZN2at7Context20setUserEnabledNNPACKEb,_ZN2at7Context20setUserEnabledMkldnnEb",
        };
        Assert.AreEqual(expected, output.Trim().ReplaceLineEndings(","));
    }

    [TestMethod]
    public void Folder_without_libtorch_is_named_with_its_variable()
    {
        var (exitCode, _, errors) = TestHostProcess.Run(["native-functions"], (NativeLibraryFolders.LibTorchVariable, "/nowhere"));

        Assert.AreEqual(1, exitCode);
        Assert.AreEqual($"The environment variable SIMPLE_DIFFUSION_LIBTORCH must name a folder with libtorch, and '/nowhere' has no {NativeLibraryFolders.FileName("torch_cpu")}.", errors.Trim());
    }

    [TestMethod]
    public void Libtorch_of_another_folder_is_used_where_it_is_named()
    {
        string folder = Path.GetDirectoryName(NativeLibraryFolders.Find(NativeLibraryFolders.FileName("torch_cpu")))!;

        var (exitCode, _, errors) = TestHostProcess.Run(["native-functions"], (NativeLibraryFolders.LibTorchVariable, folder));

        Assert.AreEqual(0, exitCode, errors);
    }

    [TestMethod]
    public void Native_libraries_see_a_variable_that_is_set_for_them()
    {
        NativeEnvironment.SetUnlessSet("SIMPLE_DIFFUSION_TEST", "one");
        NativeEnvironment.SetUnlessSet("SIMPLE_DIFFUSION_TEST", "two");

        Assert.AreEqual("one", NativeEnvironment.Get("SIMPLE_DIFFUSION_TEST"));
        Assert.IsNull(NativeEnvironment.Get("SIMPLE_DIFFUSION_NOT_SET"));
    }

    private static string ForeignLibrary(string package, string system, string file)
    {
        string packages = typeof(TorchFunctionTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "PackageFolder").Value!;
        string path = Path.Combine(packages, package, "2.10.0", "runtimes", system, "native", file);
        if (!File.Exists(path))
        {
            Assert.Inconclusive($"The package {package} is not restored: build with -p:CheckForeignLibraries=true.");
        }

        return path;
    }

    /// <summary>The names in the export table of a Windows library (PE format, section 6.3).</summary>
    private static HashSet<string> PortableExecutableExports(string path)
    {
        using var reader = new PEReader(File.OpenRead(path));
        var table = At(reader.PEHeaders.PEHeader!.ExportTableDirectory.RelativeVirtualAddress);
        table.Offset += 24;
        int count = table.ReadInt32();
        table.Offset += 4;
        var pointers = At(table.ReadInt32());
        return [.. Enumerable.Range(0, count).Select(_ => Text(At(pointers.ReadInt32())))];

        BlobReader At(int address) => reader.GetSectionData(address).GetReader();
    }

    /// <summary>The defined external symbols of a library of macOS (Mach-O format, LC_SYMTAB).</summary>
    private static HashSet<string> MachOExports(string path)
    {
        byte[] file = File.ReadAllBytes(path);
        Assert.AreEqual(MachO64, BitConverter.ToUInt32(file, 0));
        int commands = BitConverter.ToInt32(file, 16), position = 32;
        var names = new HashSet<string>();
        for (int i = 0; i < commands; i++, position += BitConverter.ToInt32(file, position + 4))
        {
            if (BitConverter.ToUInt32(file, position) != SymbolTableCommand)
            {
                continue;
            }

            uint symbols = BitConverter.ToUInt32(file, position + 8), count = BitConverter.ToUInt32(file, position + 12), texts = BitConverter.ToUInt32(file, position + 16);
            for (uint symbol = 0; symbol < count; symbol++)
            {
                int at = (int)(symbols + (symbol * SymbolLength));
                if ((file[at + 4] & ExternalFlag) != 0 && (file[at + 4] & TypeMask) != 0)
                {
                    int text = (int)(texts + BitConverter.ToUInt32(file, at));
                    names.Add(Encoding.UTF8.GetString(file, text, Array.IndexOf<byte>(file, 0, text) - text));
                }
            }
        }

        return names;
    }

    private static string Text(BlobReader reader)
    {
        int length = reader.IndexOf(0);
        return reader.ReadUTF8(length);
    }
}

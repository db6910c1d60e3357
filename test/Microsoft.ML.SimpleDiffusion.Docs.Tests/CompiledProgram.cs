using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Microsoft.ML.SimpleDiffusion.Docs.Tests;

/// <summary>A program from text, as the compiler makes it of a new console project.</summary>
internal static class CompiledProgram
{
    private const string ImplicitUsings = "global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq; global using System.Threading; global using System.Threading.Tasks;";

    /// <exception cref="AssertFailedException">It does not compile; the message has each error with page and line.</exception>
    public static Assembly Compile(string name, string source)
    {
        var options = new CSharpParseOptions(LanguageVersion.Latest);
        var compilation = CSharpCompilation.Create(
            name,
            [CSharpSyntaxTree.ParseText(ImplicitUsings, options), CSharpSyntaxTree.ParseText(source, options, path: name)],
            ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path)),
            new CSharpCompilationOptions(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable));
        using var stream = new MemoryStream();
        var result = compilation.Emit(stream);
        string errors = string.Join('\n', result.Diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error));
        Assert.IsTrue(result.Success, $"{errors}\n{source}");
        return Assembly.Load(stream.ToArray());
    }

    /// <summary>Runs a program in a folder.</summary>
    public static void Run(Assembly program, string folder)
    {
        string before = Environment.CurrentDirectory;
        var output = Console.Out;
        Environment.CurrentDirectory = folder;
        Console.SetOut(TextWriter.Null);
        try
        {
            var main = program.EntryPoint!;
            main.Invoke(null, main.GetParameters().Length == 0 ? null : [Array.Empty<string>()]);
        }
        catch (TargetInvocationException e)
        {
            throw new AssertFailedException($"{e.InnerException}", e.InnerException!);
        }
        finally
        {
            Console.SetOut(output);
            Environment.CurrentDirectory = before;
        }
    }
}

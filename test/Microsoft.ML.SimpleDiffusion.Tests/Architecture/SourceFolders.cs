using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace Microsoft.ML.SimpleDiffusion.Tests.Architecture;

/// <summary>Where each type of an assembly was written, from the portable PDB beside it.</summary>
internal static class SourceFolders
{
    /// <summary>Kind of the records that name the documents of types without code (portable PDB format, TypeDefinitionDocuments).</summary>
    private static readonly Guid TypeDefinitionDocuments = new("932E74BC-DBA9-4478-8D46-0F32A7BAB3D3");

    /// <summary>Source files of each outermost type by its full name, relative to the project's folder, with slashes.</summary>
    /// <param name="assemblyPath">The assembly.</param>
    /// <param name="project">Name of the project's folder.</param>
    public static IReadOnlyDictionary<string, IReadOnlySet<string>> Of(string assemblyPath, string project)
    {
        using var assembly = new PEReader(File.OpenRead(assemblyPath));
        using var provider = MetadataReaderProvider.FromPortablePdbStream(File.OpenRead(Path.ChangeExtension(assemblyPath, ".pdb")));
        MetadataReader types = assembly.GetMetadataReader(), symbols = provider.GetMetadataReader();
        var files = new Dictionary<string, IReadOnlySet<string>>();
        foreach (var handle in types.TypeDefinitions)
        {
            string name = OutermostName(types, handle);
            if (!files.TryGetValue(name, out var known))
            {
                files[name] = known = new HashSet<string>();
            }

            foreach (var document in Documents(types, symbols, handle))
            {
                string path = symbols.GetString(symbols.GetDocument(document).Name).Replace('\\', '/');
                int start = path.IndexOf($"/{project}/", StringComparison.Ordinal);
                if (start >= 0 && !path.Contains("/obj/", StringComparison.Ordinal))
                {
                    ((HashSet<string>)known).Add(path[(start + project.Length + 2)..]);
                }
            }
        }

        return files;
    }

    private static IEnumerable<DocumentHandle> Documents(MetadataReader types, MetadataReader symbols, TypeDefinitionHandle type)
    {
        foreach (var method in types.GetTypeDefinition(type).GetMethods())
        {
            var document = symbols.GetMethodDebugInformation(method.ToDebugInformationHandle()).Document;
            if (!document.IsNil)
            {
                yield return document;
            }
        }

        foreach (var information in symbols.GetCustomDebugInformation(type).Select(symbols.GetCustomDebugInformation))
        {
            if (symbols.GetGuid(information.Kind) == TypeDefinitionDocuments)
            {
                foreach (var document in DocumentsIn(symbols.GetBlobReader(information.Value)))
                {
                    yield return document;
                }
            }
        }
    }

    private static List<DocumentHandle> DocumentsIn(BlobReader blob)
    {
        var documents = new List<DocumentHandle>();
        while (blob.RemainingBytes > 0)
        {
            documents.Add(MetadataTokens.DocumentHandle(blob.ReadCompressedInteger()));
        }

        return documents;
    }

    private static string OutermostName(MetadataReader types, TypeDefinitionHandle handle)
    {
        var type = types.GetTypeDefinition(handle);
        while (!type.GetDeclaringType().IsNil)
        {
            type = types.GetTypeDefinition(type.GetDeclaringType());
        }

        string space = types.GetString(type.Namespace), name = types.GetString(type.Name);
        return space.Length == 0 ? name : $"{space}.{name}";
    }
}

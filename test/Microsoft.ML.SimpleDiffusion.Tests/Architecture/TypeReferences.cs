using Mono.Cecil;

namespace Microsoft.ML.SimpleDiffusion.Tests.Architecture;

/// <summary>What the types of an assembly use of each other, read from the compiled code.</summary>
internal static class TypeReferences
{
    /// <summary>Each outermost type with the outermost types of the same assembly that it, or a type inside it, names anywhere.</summary>
    public static IReadOnlyDictionary<string, IReadOnlySet<string>> Of(string assemblyPath)
    {
        using var assembly = AssemblyDefinition.ReadAssembly(assemblyPath);
        var references = new Dictionary<string, IReadOnlySet<string>>();
        foreach (var type in assembly.MainModule.Types)
        {
            var used = new HashSet<string>();
            Add(type, reference => AddOutermost(reference, used));
            used.Remove(type.FullName);
            references[type.FullName] = used;
        }

        return references;
    }

    /// <summary>Full names of the types of other assemblies that a type, or a type inside it, names anywhere.</summary>
    public static IReadOnlySet<string> Foreign(TypeDefinition type)
    {
        var used = new HashSet<string>();
        Add(type, AddForeign);
        return used;

        void AddForeign(TypeReference? reference)
        {
            if (reference is GenericInstanceType generic)
            {
                foreach (var argument in generic.GenericArguments)
                {
                    AddForeign(argument);
                }
            }

            if (reference?.GetElementType() is { } element and not TypeDefinition)
            {
                used.Add(element.FullName);
            }
        }
    }

    private static void AddOutermost(TypeReference? reference, HashSet<string> used)
    {
        switch (reference)
        {
            case null:
                return;
            case GenericInstanceType generic:
                foreach (var argument in generic.GenericArguments)
                {
                    AddOutermost(argument, used);
                }

                AddOutermost(generic.ElementType, used);
                return;
            case TypeSpecification specification:
                AddOutermost(specification.ElementType, used);
                return;
            case { DeclaringType: { } declaring }:
                AddOutermost(declaring, used);
                return;
            case TypeDefinition definition:
                used.Add(definition.FullName);
                return;
        }
    }

    private static void Add(TypeDefinition type, Action<TypeReference?> use)
    {
        use(type.BaseType);
        AddAttributes(type, use);
        foreach (var implemented in type.Interfaces)
        {
            use(implemented.InterfaceType);
        }

        foreach (var field in type.Fields)
        {
            use(field.FieldType);
            AddAttributes(field, use);
        }

        foreach (var property in type.Properties)
        {
            use(property.PropertyType);
            AddAttributes(property, use);
        }

        foreach (var method in type.Methods)
        {
            Add(method, use);
        }

        foreach (var nested in type.NestedTypes)
        {
            Add(nested, use);
        }
    }

    private static void Add(MethodDefinition method, Action<TypeReference?> use)
    {
        AddSignature(method, use);
        AddAttributes(method, use);
        if (!method.HasBody)
        {
            return;
        }

        foreach (var variable in method.Body.Variables)
        {
            use(variable.VariableType);
        }

        foreach (var handler in method.Body.ExceptionHandlers)
        {
            use(handler.CatchType);
        }

        foreach (var instruction in method.Body.Instructions)
        {
            switch (instruction.Operand)
            {
                case TypeReference type:
                    use(type);
                    break;
                case FieldReference field:
                    use(field.DeclaringType);
                    use(field.FieldType);
                    break;
                case MethodReference call:
                    AddSignature(call, use);
                    break;
            }
        }
    }

    private static void AddSignature(MethodReference method, Action<TypeReference?> use)
    {
        use(method.DeclaringType);
        use(method.ReturnType);
        foreach (var parameter in method.Parameters)
        {
            use(parameter.ParameterType);
        }

        if (method is GenericInstanceMethod generic)
        {
            foreach (var argument in generic.GenericArguments)
            {
                use(argument);
            }
        }
    }

    private static void AddAttributes(ICustomAttributeProvider provider, Action<TypeReference?> use)
    {
        foreach (var attribute in provider.CustomAttributes)
        {
            use(attribute.AttributeType);
            foreach (var argument in attribute.ConstructorArguments.Where(argument => argument.Value is TypeReference))
            {
                use((TypeReference)argument.Value);
            }
        }
    }
}

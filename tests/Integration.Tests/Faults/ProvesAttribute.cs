namespace S2M.Integration.Tests.Faults;

/// <summary>Marks a test that proves what users see of a fault.</summary>
/// <param name="fault">The fault.</param>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
internal sealed class ProvesAttribute(Fault fault) : Attribute
{
    /// <summary>The fault.</summary>
    internal Fault Fault { get; } = fault;
}

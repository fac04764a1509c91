namespace S2M.Specification;

/// <summary>Marks a field that only mixture heads have: with other heads it is in no canonical text, and a job file cannot change it.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class MixtureOptionAttribute : Attribute;

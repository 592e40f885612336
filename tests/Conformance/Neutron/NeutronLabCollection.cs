namespace Firstlight.Conformance.Tests.Neutron;

/// <summary>All tests on the one lab, one after the other, and not beside tests that measure.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class NeutronLabCollection : ICollectionFixture<NeutronLab>
{
    public const string Name = "Neutron lab";
}

using Firstlight.Configuration;

namespace Firstlight.Doctor.Documents;

/// <summary>The checks of all documents, in order.</summary>
internal static class DocumentChecks
{
    public static IEnumerable<ICheck> All(IReadOnlyList<MetadataQuestions> apis, Func<AskedInstance> asked, Settings settings)
    {
        var documents = new MetadataDocuments(apis, asked);
        yield return new VersionsCheck(documents);
        yield return new DocumentCheck(Hops.MetaData, "meta_data.json", documents, mayBeMissing: false, MetaDataJudge.Judge);
        yield return new DocumentCheck(Hops.NetworkData, "network_data.json", documents, mayBeMissing: false, NetworkDataJudge.Judge);
        yield return new DocumentCheck(Hops.UserData, "user_data", documents, mayBeMissing: true, UserDataJudge.Judge);
        yield return new DocumentCheck(Hops.VendorData, "vendor_data.json", documents, mayBeMissing: true, VendorDataJudge.Judge, () => VendorDataCause.Of(settings));
    }
}

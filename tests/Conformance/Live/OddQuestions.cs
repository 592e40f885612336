namespace Firstlight.Conformance.Tests.Live;

/// <summary>What no well-behaved agent sends: odd spellings of paths, odd methods, wrong or missing identity, every kind of <c>Accept</c>.</summary>
internal static class OddQuestions
{
    private const string Document = "/openstack/latest/meta_data.json";
    private const string Item = "/latest/meta-data/local-ipv4";

    private static readonly string[] Spellings =
    [
        "//", "///", "/.", "/./", "/..", "/../..", "/?x=1", "/?", "//openstack", "///openstack//latest//meta_data.json", "/openstack/./latest", "/openstack/latest/..",
        "/openstack/latest/%2e%2e/latest/meta_data.json", "/openstack%2Flatest%2Fmeta_data.json", "/openstack/latest/meta_data%2ejson", "/openstack/latest/meta_data.json?a=b&c=/d",
        "/openstack/latest/meta_data.json;v=1", "/openstack/latest/META_DATA.JSON", "/OpenStack/latest", "/openstack/LATEST/meta_data.json", "/openstack/2099-12-31", "/openstack/2099-12-31/meta_data.json",
        "/openstack/2012-08-10/vendor_data.json", "/openstack/2012-08-10/network_data.json", "/openstack/2013-10-17/vendor_data2.json", "/openstack/latest/nothing", "/openstack/latest/content",
        "/openstack/latest/content/0000", "/openstack/content", "/openstack/content/", "/openstack/content/0000", "/openstack/content/0001", "/openstack/content/9999", "/openstack/content/x", "/openstack/content/0000/x",
        "/openstack/latest/user_data/x", "/openstack/latest/password/x", "/ec2", "/ec2/latest", "/ec2/latest/meta-data/", "/ec2/latest/user-data", "/ec2/openstack/latest", "/ec2/2009-04-04/meta-data/local-ipv4",
        "/latest//meta-data//local-ipv4", "/latest/meta-data/../user-data", "/latest/meta-data/local%2Dipv4", "/latest/meta-data/Local-IPv4", "/latest/meta-data/instance-id?x", "/latest/meta-data/nothing",
        "/latest/meta-data/nothing/more", "/latest/meta-data/public-keys/0=lab-key", "/latest/meta-data/public-keys/0/nothing", "/latest/meta-data/public-keys/1", "/latest/meta-data/public-keys/9/openssh-key",
        "/latest/meta-data/block-device-mapping/nope", "/latest/meta-data/placement/nope", "/latest/meta-data/tags/instance", "/latest/dynamic", "/latest/dynamic/instance-identity/document", "/latest/api/token", "/latest/nothing",
        "/1.0/meta-data/placement", "/2006-01-01/meta-data/", "/2010-01-01/meta-data/", "/nothing", "/nothing/else", "/index.html", "/favicon.ico", "/healthcheck", "/healthcheck/", "/healthcheck?detailed", "/%00", "/%zz", "/%", "/é",
        "/latest/meta-data/local-ipv4%20", "/latest/meta-data/%C3%A9", "/latest/meta-data/%ff", "/openstack/latest/%20meta_data.json", "/latest/meta-data/local-ipv4#fragment", "/latest/meta-data\\local-ipv4",
        "http://169.254.169.254/latest/meta-data/local-ipv4",
    ];

    // POST on password is left out: it writes, and the recorded cases cover it.
    private static readonly string[] Methods = ["HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "FOO", "POST", "get"];

    private static readonly string?[] Accepts =
    [
        null, "", "*/*", "text/html", "text/plain", "application/json", "application/xml", "text/*", "application/*", "text/html;q=0.1, application/json", "*/*;q=0.1, application/json",
        "text/html, */*;q=0", "application/json;q=0, */*", "nonsense", "text/html;q=2", "application/json, text/html;q=0.9, */*;q=0.8",
    ];

    /// <summary>All of them, for one instance.</summary>
    public static IEnumerable<Question> For(SeededInstance instance) =>
    [
        .. Spellings.Select(target => new Question("GET", target, instance.Headers)),
        .. Methods.SelectMany(method => ((string[])[Document, Item, "/openstack", "/latest/user-data", "/nothing", "/"]).Select(target => new Question(method, target, instance.Headers))),
        .. ((string[])["HEAD", "PUT", "DELETE"]).Select(method => new Question(method, "/openstack/latest/password", instance.Headers)),
        new("OPTIONS", Document, instance.With(("Origin", "http://x.example"), ("Access-Control-Request-Method", "GET")), "CORS preflight"),
        .. Identities(instance),
        .. Accepts.SelectMany(accept => Errors(instance, accept)),
    ];

    private static IEnumerable<Question> Identities(SeededInstance instance)
    {
        yield return new("GET", Document, [("Accept", "*/*")], "no headers");
        yield return Changed("no instance id", ("X-Instance-ID", null));
        yield return Changed("no signature", ("X-Instance-ID-Signature", null));
        yield return Changed("no tenant", ("X-Tenant-ID", null));
        yield return Changed("no forwarded-for", ("X-Forwarded-For", null));
        yield return Changed("empty instance id", ("X-Instance-ID", ""));
        yield return Changed("empty signature", ("X-Instance-ID-Signature", ""));
        yield return Changed("empty tenant", ("X-Tenant-ID", ""));
        yield return Changed("signature of another", ("X-Instance-ID-Signature", SeededInstance.Sign("x")));
        yield return Changed("short signature", ("X-Instance-ID-Signature", SeededInstance.Sign(instance.Id)[..63]));
        yield return Changed("signature in capitals", ("X-Instance-ID-Signature", SeededInstance.Sign(instance.Id).ToUpperInvariant()));
        yield return Changed("signature beyond ASCII", ("X-Instance-ID-Signature", new string('é', 64)));
        yield return Changed("wrong tenant", ("X-Tenant-ID", "x"));
        yield return Changed("tenant in capitals", ("X-Tenant-ID", instance.Project.ToUpperInvariant()));
        yield return Changed("wrong tenant and signature", ("X-Tenant-ID", "x"), ("X-Instance-ID-Signature", "0"));
        yield return Changed("two hops", ("X-Forwarded-For", "10.0.0.70, 192.0.2.1"));
        yield return Changed("forwarded for nonsense", ("X-Forwarded-For", "nonsense"));
        yield return Changed("metadata provider, unsigned", ("X-Metadata-Provider", "abc"));
        yield return Changed("metadata provider, badly signed", ("X-Metadata-Provider", "abc"), ("X-Metadata-Provider-Signature", "00"));
        yield return Changed("metadata provider nobody has", ("X-Metadata-Provider", "abc"), ("X-Metadata-Provider-Signature", SeededInstance.Sign("abc")));
        foreach (var id in (string[])[instance.Id.ToUpperInvariant(), instance.Id + " ", Guid.Empty.ToString(), "plain", "a b", "x' OR '1'='1", new string('f', 300)])
        {
            yield return Changed($"instance id {id[..Math.Min(id.Length, 40)]}", ("X-Instance-ID", id), ("X-Instance-ID-Signature", SeededInstance.Sign(id.Trim())));
        }

        Question Changed(string note, params (string Name, string? Value)[] changes) => new("GET", Document, instance.With(changes), note);
    }

    private static IEnumerable<Question> Errors(SeededInstance instance, string? accept)
    {
        var note = $"Accept {accept ?? "absent"}";
        yield return new("GET", "/nothing", instance.With(("Accept", accept)), note);
        yield return new("GET", Document, instance.With(("Accept", accept), ("X-Instance-ID-Signature", "0")), note);
        yield return new("GET", Document, instance.With(("Accept", accept), ("X-Tenant-ID", null)), note);
        yield return new("HEAD", "/nothing", instance.With(("Accept", accept)), note);
        yield return new("GET", Item, instance.With(("Accept", accept)), note);
    }
}

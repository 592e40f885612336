using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using Firstlight.Cli.Output;
using Firstlight.Configuration;
using Firstlight.Metadata.Identity;

namespace Firstlight.Cli.Verbs;

/// <summary><c>get INSTANCE [PATH]</c>: what a guest would be told, asked over the signed protocol as a metadata agent asks.</summary>
internal static class GetVerb
{
    /// <summary>The verb.</summary>
    public static Command Build(GlobalOptions globals)
    {
        var instance = new Argument<string>("INSTANCE") { Description = "Server name or id." };
        var path = new Argument<string>("PATH")
        {
            Description = "Document; a short one is under openstack/latest/, one with / in front is taken as it is.",
            DefaultValueFactory = _ => "openstack/latest/meta_data.json",
        };
        var url = Options.Text("--url", "Metadata API to ask; nova_metadata_protocol, _host and _port of the configuration if not given.", "URL");
        url.Validators.Add(r =>
        {
            if (r.Tokens is [.., var token] && !(Uri.TryCreate(token.Value, UriKind.Absolute, out var u) && u.Scheme is "http" or "https"))
                r.AddError($"--url: '{token.Value}' is not a URL such as http://127.0.0.1:8775");
        });
        var project = Options.Text("--project", "Project to send as X-Tenant-ID; the server's own if not given.", "PROJECT");
        var headers = new Option<bool>("--include", "-i") { Description = "Print status and headers before the body." };
        var verb = new Verb(
            "get", "Print what a guest would be told.",
            "firstlight get web-1",
            "firstlight get web-1 network_data.json",
            "firstlight get web-1 /latest/meta-data/local-ipv4 -i",
            "firstlight get daf32a70-42c9-4d30-8ec5-3a5d97582cff --project 5f3d… --url http://controller:8775") { instance, path, url, project, headers };
        verb.SetAction(async (parse, cancellationToken) =>
        {
            var settings = globals.Load(parse);
            var signer = SignVerb.Signer(settings);
            var asked = InstanceToAsk.Find(globals, parse, parse.GetRequiredValue(instance), null);
            var tenant = parse.GetValue(project) ?? asked.ProjectId
                ?? throw new ProgramEndException(ExitCodes.Usage, $"get: --project is needed: the inventory does not have {asked.Id}");
            var api = parse.GetValue(url) is { } text ? new Uri(text) : settings.Agent.MetadataApi;
            using var request = Request(api, DocumentPath.Target(parse.GetRequiredValue(path)), asked, tenant, signer);
            return await AskAsync(parse, settings.Agent.Upstream.Insecure, request, parse.GetValue(headers), cancellationToken);
        });
        return verb;
    }

    private static HttpRequestMessage Request(Uri api, string target, InstanceToAsk asked, string tenant, Signature signer)
    {
        // Paths go out as typed: dot segments and percent-encoding are the API's to judge.
        var raw = new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true };
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"{api.GetLeftPart(UriPartial.Authority)}{target}", raw));
        request.Headers.TryAddWithoutValidation(HeaderNames.InstanceId, asked.Id);
        request.Headers.TryAddWithoutValidation(HeaderNames.TenantId, tenant);
        request.Headers.TryAddWithoutValidation(HeaderNames.InstanceIdSignature, signer.Sign(new InstanceId(asked.Id)));
        if (asked.Address is { } address) request.Headers.TryAddWithoutValidation(HeaderNames.ForwardedFor, address.ToString());
        return request;
    }

    private static async Task<int> AskAsync(ParseResult parse, bool insecure, HttpRequestMessage request, bool headers, CancellationToken cancellationToken)
    {
        using var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = TimeSpan.FromSeconds(5) };
#pragma warning disable CA5359 // The operator asked for it with nova_metadata_insecure.
        if (insecure) handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359
        using var client = new HttpClient(handler) { Timeout = TimeSpan.FromSeconds(60) };
        try
        {
            using var response = await client.SendAsync(request, cancellationToken);
            var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            var output = parse.InvocationConfiguration.Output;
            if (headers) await WriteHeadAsync(output, response);
            if (response.StatusCode == HttpStatusCode.OK || headers) await RawOutput.WriteAsync(output, body, cancellationToken);
            if (response.StatusCode == HttpStatusCode.OK) return ExitCodes.Ok;

            await parse.InvocationConfiguration.Error.WriteLineAsync(
                $"firstlight: {request.RequestUri} answered {(int)response.StatusCode} {response.ReasonPhrase}{Why(response.StatusCode)}");
            return ExitCodes.Refused;
        }
        catch (Exception e) when (e is HttpRequestException or SocketException)
        {
            throw new ProgramEndException(ExitCodes.Unavailable, $"{request.RequestUri!.GetLeftPart(UriPartial.Authority)} cannot be asked: {e.Message}", e);
        }
        catch (TaskCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ProgramEndException(ExitCodes.Unavailable, $"{request.RequestUri!.GetLeftPart(UriPartial.Authority)} did not answer within 60 s", e);
        }
    }

    private static string Why(HttpStatusCode status) => status switch
    {
        HttpStatusCode.Forbidden => ": the shared secret there is another one",
        HttpStatusCode.NotFound => ": no such document, no such instance, or it belongs to another project",
        _ => "",
    };

    private static async Task WriteHeadAsync(TextWriter output, HttpResponseMessage response)
    {
        await output.WriteLineAsync($"HTTP/{response.Version} {(int)response.StatusCode} {response.ReasonPhrase}");
        foreach (var (name, values) in response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated))
            await output.WriteLineAsync($"{name}: {values}");
        await output.WriteLineAsync();
    }
}

using System.Diagnostics;
using System.Security.Cryptography;
using Firstlight.Agent.Forward;
using Firstlight.Configuration;
using Firstlight.Metadata.Identity;
using Microsoft.Extensions.Logging.Abstractions;

namespace Firstlight.Doctor;

/// <summary>An answer of the metadata API, or why there was none.</summary>
/// <param name="Status">HTTP status; 0 for none.</param>
/// <param name="Body">The bytes.</param>
/// <param name="Took">Time it took.</param>
/// <param name="Problem">Why there is no answer; null when there is one.</param>
internal readonly record struct MetadataReply(int Status, ReadOnlyMemory<byte> Body, TimeSpan Took, string? Problem);

/// <summary>Asks the metadata API the way the agent does: its client, its headers, its signature.</summary>
internal sealed class MetadataQuestions : IDisposable
{
    // An answer later than this would be one too late for a guest that boots.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private readonly HttpUpstream _upstream;
    private readonly Signature _signature;

    private MetadataQuestions(string address, HttpUpstreamOptions options, Signature signature)
    {
        Address = address;
        _upstream = new HttpUpstream(options with { Timeout = Patience }, TimeProvider.System, NullLogger<HttpUpstream>.Instance);
        _signature = signature;
    }

    /// <summary>Host and port.</summary>
    public string Address { get; }

    /// <summary>One for each server of the metadata API.</summary>
    /// <exception cref="ConfigurationException">A certificate or key file cannot be used.</exception>
    public static IReadOnlyList<MetadataQuestions> Of(HttpUpstreamOptions options, Secret secret)
    {
        try
        {
            return [.. options.Addresses.Select(a => new MetadataQuestions($"{options.Protocol}://{Literal(a.Host)}:{a.Port}", options with { Host = $"{Literal(a.Host)}:{a.Port}" }, new Signature(secret.Reveal())))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new ConfigurationException($"auth_ca_cert, nova_client_cert or nova_client_priv_key cannot be used: {e.Message}");
        }
    }

    /// <summary>Asks for one path.</summary>
    public async Task<MetadataReply> AskAsync(AskedInstance instance, string target, CancellationToken cancellationToken)
    {
        var request = new SignedRequest(
            "GET", target, instance.From, instance.Id, instance.Project, _signature.Sign(instance.Id), ReadOnlyMemory<byte>.Empty, HasContentLength: false)
        {
            RequestId = RequestId.Next(),
        };
        var began = Stopwatch.GetTimestamp();
        try
        {
            var answer = await _upstream.SendAsync(request, cancellationToken);
            return new MetadataReply(answer.Status, answer.Body, Stopwatch.GetElapsedTime(began), Problem: null);
        }
        catch (Exception e) when (e is UpstreamUnavailableException or TimeoutException)
        {
            return new MetadataReply(0, default, Stopwatch.GetElapsedTime(began), e.Message.ReplaceLineEndings(" "));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _upstream.Dispose();

    private static string Literal(string host) => host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host;
}

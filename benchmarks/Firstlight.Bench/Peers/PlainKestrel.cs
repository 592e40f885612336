using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Firstlight.Bench.Peers;

/// <summary>The runtime's own server, started as a program: the same bytes from memory whatever is asked.</summary>
internal static class PlainKestrel
{
    /// <summary>What the program's command line begins with.</summary>
    public const string Verb = "serve";

    /// <summary>Serves until it is told to end.</summary>
    /// <param name="arguments">Address and port, and the file of what is served.</param>
    public static async Task ServeAsync(IReadOnlyList<string> arguments)
    {
        if (arguments.Count != 2 || !IPEndPoint.TryParse(arguments[0], out var endPoint)) throw new BenchException($"{Verb} wants ADDRESS:PORT FILE");
        var body = await File.ReadAllBytesAsync(arguments[1]);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(endPoint, listen => listen.Protocols = HttpProtocols.Http1);
        });
        await using var application = builder.Build();
        application.Run(async context =>
        {
            context.Response.ContentType = "application/json";
            context.Response.ContentLength = body.Length;
            await context.Response.BodyWriter.WriteAsync(body);
        });
        await application.RunAsync();
    }
}

using System.CommandLine;
using System.Text.Json;
using Firstlight.Cli;
using Firstlight.Configuration;
using Firstlight.Inventory.Own;
using Firstlight.Lifetime;
using Firstlight.Logging;
using Firstlight.Management;
using Microsoft.Extensions.Logging;

namespace Firstlight.Roles;

/// <summary>What every role that runs until it is stopped has in common: settings, logs, signals, the inventory, the management address.</summary>
internal sealed class RoleProgram : IDisposable
{
    private readonly string _verb;
    private ManagementServer? _management;

    private RoleProgram(string verb, Settings settings, ILoggerFactory loggers)
    {
        _verb = verb;
        Settings = settings;
        Loggers = loggers;
    }

    public Settings Settings { get; }

    public ILoggerFactory Loggers { get; }

    public Lifecycle Life { get; } = new();

    /// <summary>Loads the settings; nothing is opened or touched before they are in order.</summary>
    public static RoleProgram Start(GlobalOptions globals, ParseResult parse, ProgramRole role, bool answers = true)
    {
        var settings = globals.Load(parse, role, answers);
        var loggers = Logs.Create(settings.Log);
        var logger = loggers.CreateLogger<RoleProgram>();
        foreach (var warning in settings.Warnings) RoleLog.ConfigurationWarning(logger, warning);
        return new RoleProgram(parse.CommandResult.Command.Name, settings, loggers);
    }

    /// <summary>Opens the inventory, made where it is missing.</summary>
    public OwnInventory OpenInventory()
    {
        try
        {
            StateDirectory.Make(Settings.StatePath);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ProgramEndException(ExitCodes.Unavailable, $"the state path cannot be made: {e.Message}; state_path or --state-path names another", e);
        }

        return OwnInventory.Open(Settings.InventoryPath);
    }

    /// <summary>The management address with the inventory's own check and those given.</summary>
    public ManagementServer Management(OwnInventory inventory, IEnumerable<IReadinessCheck> checks, Action<Utf8JsonWriter>? status) =>
        Management([InventoryCheck(inventory), .. checks], status);

    /// <summary>The management address with the checks given, where there is no inventory.</summary>
    public ManagementServer Management(IReadOnlyList<IReadinessCheck> checks, Action<Utf8JsonWriter>? status) =>
        _management = new(Settings.ManagementListen, checks, status, Loggers);

    /// <summary>Says that the role serves, and waits for the signal to stop.</summary>
    public async Task ServeAsync(string status)
    {
        var logger = Loggers.CreateLogger<RoleProgram>();
        using var registered = Register(logger);
        RoleLog.Serving(logger, status);
        Life.Ready(status);
        await Life.WaitForStopAsync();
        RoleLog.Stopping(logger);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Life.Dispose();
        Loggers.Dispose();
    }

    private IDisposable? Register(ILogger logger)
    {
        try
        {
            var registration = AgentRegistration.OfThisProcess(_verb, Settings.Host, _management?.Endpoint?.ToString(), TimeProvider.System.GetUtcNow());
            return RunDirectory.ToWrite(Settings).Register(registration);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            RoleLog.NotRegistered(logger, e.Message);
            return null;
        }
    }

    private static ReadinessCheck InventoryCheck(OwnInventory inventory) => new("inventory", _ =>
    {
        inventory.Probe();
        return ValueTask.FromResult<string?>(null);
    });
}

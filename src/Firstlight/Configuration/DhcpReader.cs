using Firstlight.Plumbing.Reconcile;
using Known = Firstlight.Configuration.OptionCatalogue;

namespace Firstlight.Configuration;

/// <summary>Reads what the operator lets dnsmasq do; mistakes go to the reader.</summary>
internal static class DhcpReader
{
    /// <summary>The arguments of every dnsmasq.</summary>
    public static DnsmasqTuning Dnsmasq(OptionReader reader, ProgramRole role)
    {
        var tuning = new DnsmasqTuning
        {
            ConfigFile = reader.Read(Known.DnsmasqConfigFile),
            DnsServers = reader.Read(Known.DnsmasqDnsServers),
            LocalResolv = reader.Read(Known.DnsmasqLocalResolv),
            BroadcastReply = reader.Read(Known.DhcpBroadcastReply),
            RenewalSeconds = reader.Read(Known.DhcpRenewalTime),
            RebindingSeconds = reader.Read(Known.DhcpRebindingTime),
            LeaseMax = reader.Read(Known.DnsmasqLeaseMax),
        };
        if ((role & ProgramRole.Agent) == ProgramRole.None) return tuning;
        FileCheck.Readable(reader, Known.DnsmasqConfigFile, tuning.ConfigFile);

        // RFC 2131, 4.4.5: renewal before rebinding before the end. dnsmasq sends whatever it is told.
        if (tuning is { RenewalSeconds: > 0, RebindingSeconds: > 0 } && tuning.RebindingSeconds <= tuning.RenewalSeconds)
            reader.Fail(Known.DhcpRebindingTime, $"must be more than dhcp_renewal_time, which is {tuning.RenewalSeconds}");
        if (reader.Read(Known.DhcpLeaseDuration) is { } lease && Math.Max(tuning.RenewalSeconds, tuning.RebindingSeconds) >= lease.TotalSeconds)
            reader.Fail(tuning.RebindingSeconds >= lease.TotalSeconds ? Known.DhcpRebindingTime : Known.DhcpRenewalTime, $"must be less than dhcp_lease_duration, which is {lease.TotalSeconds:0}");
        return tuning;
    }
}

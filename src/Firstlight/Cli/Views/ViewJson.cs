using System.Text.Json.Serialization;

namespace Firstlight.Cli.Views;

/// <summary>The JSON of everything verbs print: OpenStack's snake_case, nulls shown.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(List<ProjectView>))]
[JsonSerializable(typeof(List<NetworkView>))]
[JsonSerializable(typeof(List<SubnetView>))]
[JsonSerializable(typeof(List<RouterView>))]
[JsonSerializable(typeof(List<PortView>))]
[JsonSerializable(typeof(List<FloatingIpView>))]
[JsonSerializable(typeof(List<KeyPairView>))]
[JsonSerializable(typeof(List<ServerView>))]
[JsonSerializable(typeof(PlanView))]
[JsonSerializable(typeof(List<AgentView>))]
[JsonSerializable(typeof(AgentDetailView))]
[JsonSerializable(typeof(StatusPage))]
[JsonSerializable(typeof(AttachmentView))]
[JsonSerializable(typeof(PortHereView))]
[JsonSerializable(typeof(HostPlanView))]
[JsonSerializable(typeof(UnitHereView))]
internal sealed partial class ViewJson : JsonSerializerContext;

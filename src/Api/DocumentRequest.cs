using System.Runtime.InteropServices;
using Firstlight.Metadata.Identity;

namespace Firstlight.Api;

/// <summary>A request for a document as the agent in the same process knows it: what of a <see cref="MetadataRequest"/> decides about an answer from memory.</summary>
/// <param name="Method">GET or HEAD; for logs alone.</param>
/// <param name="Target">Raw request target.</param>
/// <param name="InstanceId">Of the port that asks.</param>
/// <param name="TenantId">Its project.</param>
/// <param name="Signature">Of the instance id.</param>
/// <param name="RequestId">For logs alone.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct DocumentRequest(string Method, string Target, string InstanceId, string TenantId, string Signature, RequestId RequestId);

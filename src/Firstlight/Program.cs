using System.Runtime.Versioning;
using Firstlight.Cli;

[assembly: SupportedOSPlatform("linux")]

return await CommandLine.RunAsync(ProgramVerbs.Tree(), args, Console.Out, Console.Error, CancellationToken.None);

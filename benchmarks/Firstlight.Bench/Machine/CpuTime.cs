using System.Runtime.InteropServices;

namespace Firstlight.Bench.Machine;

/// <summary>Processor time in microseconds. The sum is the kernel's exact one, the parts follow the kernel's estimate.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct CpuTime(double User, double System)
{
    public double Total => User + System;

    public static CpuTime operator +(CpuTime one, CpuTime other) => new(one.User + other.User, one.System + other.System);

    public static CpuTime operator -(CpuTime one, CpuTime other) => new(one.User - other.User, one.System - other.System);

    /// <summary>For each of so many.</summary>
    public static CpuTime operator /(CpuTime one, double count) => new(one.User / count, one.System / count);
}

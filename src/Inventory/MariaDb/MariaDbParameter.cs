using System.Collections;
using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;

namespace Firstlight.Inventory.MariaDb;

/// <summary>A value for a placeholder. Its type decides how it is sent; <see cref="DbType"/> is kept and not used.</summary>
internal sealed class MariaDbParameter : DbParameter
{
    private string _name = "";

    public override DbType DbType { get; set; } = DbType.Object;

    public override ParameterDirection Direction
    {
        get => ParameterDirection.Input;
        set
        {
            if (value != ParameterDirection.Input) throw new NotSupportedException("parameters go to the server only");
        }
    }

    public override bool IsNullable { get; set; } = true;

    /// <summary>With or without the <c>@</c>; kept without. Capital and small letters differ not.</summary>
    [AllowNull]
    public override string ParameterName
    {
        get => _name;
        set => _name = value is null ? "" : value.TrimStart('@');
    }

    public override int Size { get; set; }

    [AllowNull]
    public override string SourceColumn { get; set; } = "";

    public override bool SourceColumnNullMapping { get; set; }

    public override object? Value { get; set; }

    public override void ResetDbType() => DbType = DbType.Object;
}

/// <summary>The parameters of a command, by name or in the order of the <c>?</c>.</summary>
internal sealed class MariaDbParameterCollection : DbParameterCollection
{
    private readonly List<MariaDbParameter> _parameters = [];

    public override int Count => _parameters.Count;

    public override object SyncRoot => _parameters;

    public override int Add(object value)
    {
        _parameters.Add(Ours(value));
        return _parameters.Count - 1;
    }

    public override void AddRange(Array values)
    {
        foreach (var value in values) Add(value!);
    }

    public override void Clear() => _parameters.Clear();

    public override bool Contains(object value) => IndexOf(value) >= 0;

    public override bool Contains(string value) => IndexOf(value) >= 0;

    public override void CopyTo(Array array, int index) => ((ICollection)_parameters).CopyTo(array, index);

    public override IEnumerator GetEnumerator() => _parameters.GetEnumerator();

    public override int IndexOf(object value) => value is MariaDbParameter parameter ? _parameters.IndexOf(parameter) : -1;

    public override int IndexOf(string parameterName)
    {
        var name = parameterName.AsSpan().TrimStart('@');
        for (var i = 0; i < _parameters.Count; i++)
        {
            if (name.Equals(_parameters[i].ParameterName, StringComparison.OrdinalIgnoreCase)) return i;
        }
        return -1;
    }

    public override void Insert(int index, object value) => _parameters.Insert(index, Ours(value));

    public override void Remove(object value) => _parameters.Remove(Ours(value));

    public override void RemoveAt(int index) => _parameters.RemoveAt(index);

    public override void RemoveAt(string parameterName) => _parameters.RemoveAt(Known(parameterName));

    protected override DbParameter GetParameter(int index) => _parameters[index];

    protected override DbParameter GetParameter(string parameterName) => _parameters[Known(parameterName)];

    protected override void SetParameter(int index, DbParameter value) => _parameters[index] = Ours(value);

    protected override void SetParameter(string parameterName, DbParameter value) => _parameters[Known(parameterName)] = Ours(value);

    private static MariaDbParameter Ours(object value) =>
        value as MariaDbParameter
        ?? throw new ArgumentException($"a parameter comes from the command's CreateParameter; this is a {value?.GetType().Name ?? "null"}", nameof(value));

    private int Known(string name)
    {
        var index = IndexOf(name);
        return index >= 0 ? index : throw new ArgumentException($"there is no parameter {name}", nameof(name));
    }
}

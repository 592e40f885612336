using Firstlight.Inventory.Nova;
using FsCheck;
using FsCheck.Fluent;

namespace Firstlight.Inventory.Tests.Nova;

public sealed class SqlAlchemyUrlTests
{
    [Theory]
    [InlineData("mysql+pymysql://user:p%40ss@host:3306/nova_api?charset=utf8mb4", DatabaseKind.MySql, "user", "p@ss", "host:3306", "nova_api")]
    [InlineData("mysql://user:pw@host/nova", DatabaseKind.MySql, "user", "pw", "host", "nova")]
    [InlineData("mysql+mysqldb://u:a/b?c#d:e@h/nova", DatabaseKind.MySql, "u", "a/b?c#d:e", "h", "nova")]
    [InlineData("mariadb+mariadbconnector://u@h/nova", DatabaseKind.MySql, "u", null, "h", "nova")]
    [InlineData("mysql://u@h:3307/nova", DatabaseKind.MySql, "u", null, "h:3307", "nova")]
    [InlineData("mysql://u:@h:/nova", DatabaseKind.MySql, "u", "", "h", "nova")]
    [InlineData("mysql://h:3306/nova", DatabaseKind.MySql, null, null, "h:3306", "nova")]
    [InlineData("mysql://u:pw@[2001:db8::1]:3306/nova", DatabaseKind.MySql, "u", "pw", "[2001:db8::1]:3306", "nova")]
    [InlineData("mysql://u:pw@[::1]/nova", DatabaseKind.MySql, "u", "pw", "[::1]", "nova")]
    [InlineData("mysql://u:pw@a:1,[::1]:2,c/nova", DatabaseKind.MySql, "u", "pw", "a:1,[::1]:2,c", "nova")]
    [InlineData("postgresql://user%2Fx:pw@host/nova", DatabaseKind.PostgreSql, "user/x", "pw", "host", "nova")]
    [InlineData("postgresql+psycopg2://u:pw@/nova?host=a:5432&host=b:5433", DatabaseKind.PostgreSql, "u", "pw", "a:5432,b:5433", "nova")]
    [InlineData("postgres://u:pw@h?port=5433", DatabaseKind.PostgreSql, "u", "pw", "h:5433", "")]
    public void Parts_are_read_as_SQLAlchemy_reads_them(string text, DatabaseKind kind, string? user, string? password, string hosts, string database)
    {
        var url = SqlAlchemyUrl.Parse(text, "[database] connection");

        Assert.Equal((kind, user, password, database), (url.Kind, url.Username, url.Password, url.Database));
        Assert.Equal(hosts, string.Join(',', url.Hosts));
    }

    [Theory]
    [InlineData("mysql+pymysql://u:pw@localhost/nova?unix_socket=/run/mysqld/mysqld.sock", "/run/mysqld/mysqld.sock")]
    [InlineData("mysql+pymysql://u:pw@/nova?charset=utf8&unix_socket=%2Frun%2Fm+y.sock", "/run/m y.sock")]
    [InlineData("postgresql://u:pw@/nova?host=/run/postgresql", "/run/postgresql")]
    [InlineData("postgresql://u:pw@%2Frun%2Fpostgresql/nova", "/run/postgresql")]
    public void A_unix_socket_is_found_where_each_driver_has_it(string text, string socket)
    {
        var url = SqlAlchemyUrl.Parse(text, "test");

        Assert.Equal(socket, url.UnixSocket);
        Assert.Contains(socket, url.Name, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mysql://h/n", TlsDemand.Disabled)]
    [InlineData("mysql://h/n?ssl_ca=/ca.pem", TlsDemand.VerifyFull)]
    [InlineData("mysql://h/n?ssl_ca=/ca.pem&ssl_check_hostname=false", TlsDemand.VerifyCa)]
    [InlineData("mysql://h/n?ssl_cert=/c.pem&ssl_key=/k.pem", TlsDemand.Required)]
    [InlineData("mysql://h/n?ssl_mode=VERIFY_IDENTITY", TlsDemand.VerifyFull)]
    [InlineData("mysql://h/n?ssl_ca=/ca.pem&ssl_disabled=1", TlsDemand.Disabled)]
    [InlineData("postgresql://h/n", TlsDemand.Preferred)]
    [InlineData("postgresql://h/n?sslmode=disable", TlsDemand.Disabled)]
    [InlineData("postgresql://h/n?sslmode=verify-full&sslrootcert=/ca.pem", TlsDemand.VerifyFull)]
    public void TLS_is_demanded_as_far_as_the_options_say(string text, TlsDemand demand) =>
        Assert.Equal(demand, SqlAlchemyUrl.Parse(text, "test").Tls.Demand);

    [Fact]
    public void Files_for_TLS_are_taken_over() =>
        Assert.Equal(
            new DatabaseTls(TlsDemand.VerifyFull, "/ca.pem", "/c.pem", "/k.pem"),
            SqlAlchemyUrl.Parse("mysql://h/n?ssl_ca=/ca.pem&ssl_cert=/c.pem&ssl_key=/k.pem", "test").Tls);

    [Theory]
    [InlineData("sqlite:////var/lib/nova/nova.sqlite", "[api_database] connection: 'sqlite' databases cannot be read")]
    [InlineData("nova.sqlite", "[api_database] connection: not a database URL")]
    [InlineData("mysql://u:secret@h:x/n", "[api_database] connection: 'x' is not a TCP port")]
    [InlineData("mysql://u:secret@h:70000/n", "'70000' is not a TCP port")]
    [InlineData("mysql://u:secret@[::1/n", "closing bracket")]
    [InlineData("mysql://u:secret@::1/n", "brackets")]
    [InlineData("postgresql://u:secret@h/n?sslmode=maybe", "sslmode 'maybe'")]
    public void A_bad_url_is_refused_by_the_option_s_name_and_without_its_password(string text, string message)
    {
        var failure = Assert.Throws<FormatException>(() => SqlAlchemyUrl.Parse(text, "[api_database] connection"));

        Assert.Contains(message, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void It_prints_without_password_and_options() =>
        Assert.Equal("mysql+pymysql://nova:***@db:3306/nova", SqlAlchemyUrl.Parse("mysql+pymysql://nova:secret@db:3306/nova?password=secret", "test").ToString());

    [Fact]
    public void Any_user_and_password_survive_percent_encoding() =>
        Prop.ForAll(ArbMap.Default.ArbFor<NonNull<string>>(), ArbMap.Default.ArbFor<NonNull<string>>(), (user, password) =>
        {
            // Lone surrogates have no encoding.
            if (!IsText(user.Get) || !IsText(password.Get)) return true;

            var url = SqlAlchemyUrl.Parse($"mysql://{Uri.EscapeDataString(user.Get)}:{Uri.EscapeDataString(password.Get)}@h/n", "test");
            return url.Username == user.Get && url.Password == password.Get && (password.Get.Length < 4 || !url.ToString().Contains(password.Get, StringComparison.Ordinal));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Any_text_is_read_or_refused_with_a_reason() =>
        Prop.ForAll(ArbMap.Default.ArbFor<NonNull<string>>(), rest =>
        {
            try
            {
                return SqlAlchemyUrl.Parse("mysql://" + rest.Get, "test").ToString().Length > 0;
            }
            catch (FormatException e)
            {
                return e.Message.StartsWith("test: ", StringComparison.Ordinal);
            }
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("{scheme}://{username}:{password}@{hostname}:{port}/{path}_cell?{query}#{fragment}", "mysql+pymysql://nova:p%40ss@db:3306/nova_cell?charset=utf8#x")]
    [InlineData("mysql://u:p@{hostname}/cell1", "mysql://u:p@db/cell1")]
    [InlineData("mysql://u:{{p}}@h/n", "mysql://u:{p}@h/n")]
    [InlineData("mysql://u:{unknown}@{hostname}/n", "mysql://u:{unknown}@{hostname}/n")]
    [InlineData("mysql://u:{password@h/n", "mysql://u:{password@h/n")]
    [InlineData("mysql://u:p@h/n", "mysql://u:p@h/n")]
    public void A_template_is_filled_from_the_default_url_or_left_alone(string template, string filled) =>
        Assert.Equal(filled, CellUrlTemplate.Fill(template, "mysql+pymysql://nova:p%40ss@db:3306/nova?charset=utf8#x"));

    [Fact]
    public void Several_hosts_have_numbered_fields() =>
        Assert.Equal(
            "mysql://u2:p2@h2:2,u1:p1@h1:1/n",
            CellUrlTemplate.Fill("mysql://{username2}:{password2}@{hostname2}:{port2},{username1}:{password1}@{hostname1}:{port1}/n", "mysql://u1:p1@h1:1,u2:p2@h2:2/nova"));

    [Fact]
    public void An_IPv6_host_keeps_its_brackets()
    {
        const string source = "mysql://u:p@[::1]:3306/nova";

        Assert.Equal("mysql://u:p@[::1]:3306/cell", CellUrlTemplate.Fill("mysql://{username}:{password}@{hostname}:{port}/cell", source));
        Assert.Equal("mysql://u:p@[::1]:3306/cell", CellUrlTemplate.Fill("mysql://{username}:{password}@[{hostname}]:{port}/cell", source));
    }

    private static bool IsText(string text) => !text.EnumerateRunes().Any(rune => rune.Value == 0xfffd);
}

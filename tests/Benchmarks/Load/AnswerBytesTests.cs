using System.Text;
using Firstlight.Bench.Load.Crowds;

namespace Firstlight.Bench.Tests.Load;

public sealed class AnswerBytesTests
{
    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody", true)]
    [InlineData("HTTP/1.1 200 OK\r\nServer: x\r\ncontent-length:4\r\n\r\nbody", true)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nbody", false)]
    [InlineData("HTTP/1.1 200 OK\r\nX-Content-Length: 1\r\nServer: x\r\n\r\nbody", false)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", true)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Le", false)]
    public void An_answer_is_whole_when_its_length_is_there_however_it_comes_in(string text, bool isWhole)
    {
        foreach (var piece in (int[])[1, 7, 1000])
        {
            var answer = new AnswerBytes();
            foreach (var chunk in Encoding.ASCII.GetBytes(text).Chunk(piece))
            {
                chunk.CopyTo(answer.Room);
                answer.Add(chunk.Length);
            }

            Assert.Equal(isWhole, answer.IsComplete);
        }
    }

    [Fact]
    public void Without_a_length_it_is_whole_when_the_server_closes()
    {
        var answer = new AnswerBytes();
        var bytes = "HTTP/1.1 404 Not Found\r\nServer: x\r\n\r\nnothing here"u8;
        bytes.CopyTo(answer.Room);
        answer.Add(bytes.Length);

        Assert.False(answer.IsComplete);
        Assert.True(answer.IsCompleteAtEnd);
        Assert.Equal(404, answer.Status);
        Assert.Equal("nothing here", Encoding.ASCII.GetString(answer.Body));
    }

    [Fact]
    public void A_long_answer_finds_room()
    {
        var answer = new AnswerBytes();
        var body = new string('x', 100_000);
        var bytes = Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n{body}");
        for (var at = 0; at < bytes.Length;)
        {
            var room = answer.Room;
            var count = Math.Min(room.Length, bytes.Length - at);
            bytes.AsSpan(at, count).CopyTo(room);
            answer.Add(count);
            at += count;
        }

        Assert.True(answer.IsComplete);
        Assert.Equal(body.Length, answer.Body.Length);
    }
}

using Firstlight.Agent.Limit;

namespace Firstlight.Agent.Tests.Limit;

public sealed class RequestPlacesTests
{
    private readonly RequestPlaces _places = new(12);
    private readonly RequestPlaces.Taker _noisy = new();
    private readonly RequestPlaces.Taker _quiet = new();

    [Fact]
    public void Listener_alone_gets_half_of_all()
    {
        Assert.Equal(6, TakeAll(_noisy));
        _places.GiveBack(_noisy);
        Assert.True(_places.TryTake(_noisy));
        Assert.False(_places.TryTake(_noisy));
    }

    [Fact]
    public void Newcomers_get_an_equal_share_of_what_the_noisy_one_left()
    {
        TakeAll(_noisy);

        // Twelve for the two of them and whoever comes next.
        Assert.Equal(4, TakeAll(_quiet));
        Assert.False(_places.TryTake(_noisy));
    }

    [Fact]
    public void Noisy_one_gets_back_no_more_than_its_share_once_others_came()
    {
        TakeAll(_noisy);
        TakeAll(_quiet);
        for (var i = 0; i < 4; i++) _places.GiveBack(_noisy);

        // Of six that are taken two are its own.
        Assert.Equal(2, TakeAll(_noisy));
        Assert.Equal(4, _noisy.Taken);
    }

    [Fact]
    public void Listener_with_nothing_under_way_gets_one_through_however_many_others_are_noisy()
    {
        for (var i = 0; i < 20; i++) TakeAll(new RequestPlaces.Taker());

        Assert.Equal(1, TakeAll(_quiet));
        _places.GiveBack(_quiet);
        Assert.Equal(1, TakeAll(_quiet));
    }

    [Fact]
    public void Proxies_get_all_there_are_and_no_more()
    {
        for (var i = 0; i < 12; i++) Assert.True(_places.TryTake(null));
        Assert.False(_places.TryTake(null));
        _places.GiveBack(null);
        Assert.True(_places.TryTake(null));
    }

    private int TakeAll(RequestPlaces.Taker taker)
    {
        var count = 0;
        while (_places.TryTake(taker)) count++;
        return count;
    }
}

// Labs share one machine: what one makes is what another would count as left behind.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

#!/bin/bash
# A host of its own for the lab: network, mount and process namespaces. All that Neutron's agents make (namespaces, bridges, firewalls, daemons)
# is inside, and ends with it, however it ends: when whoever holds its standard input is gone. Then the directory goes too.
#   host.sh DIRECTORY hold|stay     (stay: for ever; kill -KILL $(cat DIRECTORY/host.pid) ends it)
set -eu
if [ "${3:-}" != inside ]; then
  unshare --net --mount --pid --fork --kill-child --mount-proc "$0" "$1" "$2" inside <&0 &
  echo $! >"$1/host.pid"
  wait $! || true
  rm -rf "$1"
  exit
fi
mount -t sysfs sysfs /sys # /sys/class/net is that of the network namespace it was mounted from
mkdir -p /run/netns
mount -t tmpfs tmpfs /run/netns
ip link set lo up
ip link add host0 type bridge # the linuxbridge agent names itself after a device's hardware address
echo up
if [ "$2" = stay ]; then
  while :; do sleep 3600; done
fi
read -r _ || true

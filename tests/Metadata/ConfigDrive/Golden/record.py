#!/usr/bin/python3
"""Records what the installed Nova puts on config drives: one JSON file an instance.

    record.py --config-file nova.conf --facts instances.json --out DIR [--set api.dhcp_domain='""'] NAME...

The library is asked as a hypervisor driver asks it: with network information. That is the stored one with the ids of the facts, because ids of
ports and networks are new in every cloud; so is the order of security groups, which is taken from the facts too. Needs Debian's python3-nova and a Nova with those instances in it; like any request for metadata it
allots EC2 numbers that are missing.
"""
import argparse
import base64
import json
import os
import re
import sys

os.environ.setdefault("OS_NOVA_DISABLE_EVENTLET_PATCHING", "1")

from nova import config, context, objects          # noqa: E402
from nova.api.metadata import base as metadata     # noqa: E402

SEED = re.compile(rb'"random_seed": "([A-Za-z0-9+/]{683}=)"')
ATTRIBUTES = ["ec2_ids", "flavor", "info_cache", "metadata", "system_metadata", "security_groups", "keypairs", "device_metadata", "numa_topology"]


def find(facts):
    uuid = facts["Id"]["Value"]
    admin = context.get_admin_context()
    mapping = objects.InstanceMapping.get_by_instance_uuid(admin, uuid)
    with context.target_cell(admin, mapping.cell_mapping) as cell:
        instance = objects.Instance.get_by_uuid(cell, uuid, expected_attrs=ATTRIBUTES)
        network_info = instance.info_cache.network_info
        for vif, fact in zip(network_info, facts["NetworkInfo"], strict=True):
            vif["id"], vif["devname"] = fact["Id"], fact["DeviceName"]
            if vif["network"]:
                vif["network"]["id"] = fact["Network"]["Id"]
        made = metadata.InstanceMetadata(instance, network_info=network_info)
        made.security_groups = [{"name": name} for name in facts["SecurityGroups"]]
        return made


def entry(path, content):
    content = content.encode() if isinstance(content, str) else content
    seeds = SEED.findall(content)
    assert len(seeds) <= 1, path
    # A seed is new in every file; its place is what can be compared.
    content = SEED.sub(b'"random_seed": ""', content)
    try:
        return {"path": path, "text": content.decode()}
    except UnicodeDecodeError:
        return {"path": path, "base64": base64.b64encode(content).decode()}


def compact(entries):
    """Says of a file whose content another one had before only which."""
    first = {}
    for e in entries:
        key = (e.get("text"), e.get("base64"))
        if key in first:
            yield {"path": e["path"], "as": first[key]}
        else:
            first[key] = e["path"]
            yield e


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--config-file", required=True)
    arguments.add_argument("--facts", required=True)
    arguments.add_argument("--out", required=True)
    arguments.add_argument("--set", action="append", default=[], help="GROUP.OPTION=VALUE")
    arguments.add_argument("names", nargs="*")
    options = arguments.parse_args()

    config.parse_args(["record", "--config-file", options.config_file])
    for text in options.set:
        name, value = text.split("=", 1)
        group, option = name.split(".")
        config.CONF.set_override(option, json.loads(value), group)
    objects.register_all()
    os.makedirs(options.out, exist_ok=True)
    with open(options.facts) as facts:
        instances = json.load(facts)
    for name in options.names or instances:
        try:
            drive = list(find(instances[name]).metadata_for_config_drive())
        except Exception as e:  # some facts make Nova fail: it makes no drive for those
            print(f"{name}: {type(e).__name__}: {e}", file=sys.stderr)
            recorded = {"fails": type(e).__name__}
        else:
            recorded = {"files": list(compact([entry(*f) for f in drive]))}
        with open(os.path.join(options.out, name + ".json"), "w") as out:
            json.dump(recorded, out, indent=1, ensure_ascii=False)
            out.write("\n")


main()

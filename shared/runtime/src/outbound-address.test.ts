// outbound-address.test.ts — every kind of address that leads back inside is closed, in each way to write it

import { describe, expect, test } from "vitest";
import { isPublicAddress } from "./outbound-address.ts";

describe("closed", () => {
  test.each([
    ["loopback", "127.0.0.1"],
    ["the far end of loopback", "127.255.255.254"],
    ["unspecified", "0.0.0.0"],
    ["this network", "0.1.2.3"],
    ["private, ten", "10.0.0.1"],
    ["private, first of twelve bits", "172.16.0.1"],
    ["private, last of twelve bits", "172.31.255.255"],
    ["private, sixteen bits", "192.168.255.1"],
    ["carrier NAT", "100.64.0.1"],
    ["Alibaba metadata", "100.100.100.200"],
    ["link-local metadata", "169.254.169.254"],
    ["container credentials", "169.254.170.2"],
    ["Azure wire server", "168.63.129.16"],
    ["Oracle metadata", "192.0.0.192"],
    ["documentation", "203.0.113.9"],
    ["benchmark", "198.19.0.1"],
    ["multicast", "239.1.1.1"],
    ["reserved", "250.0.0.1"],
    ["broadcast", "255.255.255.255"],
    ["v6 loopback", "::1"],
    ["v6 loopback, spelled out", "0:0:0:0:0:0:0:1"],
    ["v6 unspecified", "::"],
    ["mapped loopback, dotted", "::ffff:127.0.0.1"],
    ["mapped loopback, hex", "::ffff:7f00:1"],
    ["mapped metadata, hex", "::FFFF:A9FE:A9FE"],
    ["mapped public: still a way around the v4 check", "::ffff:8.8.8.8"],
    ["v4-compatible", "::7f00:1"],
    ["translated", "::ffff:0:7f00:1"],
    ["NAT64 of metadata", "64:ff9b::a9fe:a9fe"],
    ["local NAT64", "64:ff9b:1::1"],
    ["6to4 of loopback", "2002:7f00:1::1"],
    ["Teredo", "2001:0:a9fe:a9fe::1"],
    ["documentation v6", "2001:db8::1"],
    ["new documentation v6", "3fff:abc::1"],
    ["unique local", "fd12:3456::1"],
    ["AWS metadata v6", "fd00:ec2::254"],
    ["link-local v6", "fe80::1"],
    ["link-local with a zone", "fe80::1%eth0"],
    ["a global address with a zone", "2606:4700::1111%eth0"],
    ["site-local", "fec0::1"],
    ["multicast v6", "ff02::1"],
    ["segment routing", "5f00::1"],
    ["discard", "100::1"],
    ["a name", "localhost"],
    ["a number that some resolvers read as an address", "2130706433"],
    ["a short form", "127.1"],
    ["an octal form", "0177.0.0.1"],
    ["nothing", ""],
  ])("%s", (_why, address) => expect(isPublicAddress(address)).toBe(false));
});

describe("open", () => {
  test.each([
    ["a resolver", "8.8.8.8"],
    ["just below ten", "9.255.255.255"],
    ["just above ten", "11.0.0.0"],
    ["just below the private twelve bits", "172.15.255.255"],
    ["just above the private twelve bits", "172.32.0.0"],
    ["just above carrier NAT", "100.128.0.1"],
    ["v6", "2606:4700:4700::1111"],
    ["v6 in capitals", "2A00:1450:4001::200E"],
  ])("%s", (_why, address) => expect(isPublicAddress(address)).toBe(true));
});

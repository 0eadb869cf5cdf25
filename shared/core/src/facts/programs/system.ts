// system.ts — the machine itself: disks, services, accounts, firewalls, processes, power

import { type Call, has, looksOnly, opaque, operandText, optionValues, raise, runs, sets, touches } from "../call.ts";
import type { Program } from "../grammar.ts";
import { readsScheduled } from "../schedule.ts";

/** Looks for some first words, is blocked by default for all others. */
const looksFor = (words: RegExp, options = "", more: Partial<Program> = {}): Program => ({
  class: "blocked",
  options,
  ...more,
  effects: (call) => {
    const text = [...call.subs, ...call.operands.map((word) => word.text ?? "?")].join(" ");
    // `swapoff -a`, `umount -a`, `losetup -D`: all of them, without a name.
    const all = text === "" && /^(swapo|u?mount|losetup|fuser)/.test(call.program) && has(call, "all", "D", "d");
    if (words.test(text) && !all) looksOnly(call);
    more.effects?.(call);
  },
});

const SERVICE_LOOKS =
  /^(status|is-active|is-enabled|is-failed|list-\S+|show|cat|help|get-default|show-environment|--version|list|info)\b|^\S+ status\b|^$/;

/** kill 1, kill -9 -1, pkill without a name: more than one process, or the first. */
function readKill(call: Call): void {
  const targets = call.words.filter(
    (word) =>
      word.text === null ||
      !/^-(s|l|L|n|9|15|1|2|3|TERM|KILL|HUP|INT|QUIT|STOP|CONT|USR1|USR2|SIG\w+|0|q|w)$/.test(word.text) ||
      word.text === "-1",
  );
  if (call.words[0]?.text === "-l" || call.words[0]?.text === "-0" || call.words[0]?.text === "-L") {
    looksOnly(call);
    return;
  }
  const last = call.words.slice(call.words[0]?.text?.startsWith("-") ? 1 : 0);
  if (last.some((word) => word.text === "-1" || word.text === "1" || word.text === "0" || word.text?.startsWith("-")))
    raise(call, "blocked-by-default");
  call.operands.push(...targets);
}

const devices = (call: Call): void => {
  for (const word of call.operands) touches(call, word, "write", { deep: true });
};

export const systems: Record<string, Program> = {
  // disks
  "mkfs mkfs.ext2 mkfs.ext3 mkfs.ext4 mkfs.xfs mkfs.btrfs mkfs.vfat mkfs.fat mkfs.ntfs mkfs.exfat mkfs.f2fs mke2fs mkdosfs mkswap mkntfs newfs newfs_hfs newfs_apfs":
    {
      class: "blocked",
      options: "-t --type=T; -L --label=L; -n=N; -F --force; -f; -q; -b=N; -m=N; -U=U; -O=F; -E=O; -v; -c; -N=N; -I=N",
      effects: devices,
    },
  wipefs: {
    class: "blocked",
    options: "-a --all; -f --force; -o --offset=N; -n --no-act; -q; -t=T; -b",
    effects: (call) => (has(call, "no-act") ? looksOnly(call) : devices(call)),
  },
  "blkdiscard badblocks hdparm sgdisk gdisk cgdisk cfdisk sfdisk parted gparted e2fsck fsck fsck.ext4 fsck.xfs xfs_repair resize2fs xfs_growfs tune2fs e2label dosfslabel ntfsfix debugfs partprobe kpartx nvme smartctl dumpe2fs fstrim":
    {
      class: "blocked",
      options:
        "-l --list; -s --script; -n; -w; -f --force; -y; -p; -a; -d; -z --zap-all; -o; -Z; -i; -t=T; -c; -H; -A; --yes-i-know-what-i-am-doing; --security-erase=P; -I; -r; -v; -q",
      effects: (call) => {
        if (
          has(call, "list") ||
          (call.program === "smartctl" && has(call, "H", "a", "A", "i")) ||
          (call.program === "parted" && call.operands.some((word) => word.text === "print")) ||
          call.program === "dumpe2fs"
        )
          looksOnly(call);
        else devices(call);
      },
    },
  fdisk: {
    class: "blocked",
    options: "-l --list; -s; -b=N; -x; -o=F; -w=W; -W=W",
    effects: (call) => (has(call, "list", "x", "s") ? looksOnly(call) : devices(call)),
  },
  diskutil: looksFor(/^(list|info|activity|listFilesystems|apfs list|cs list)\b/),
  hdiutil: looksFor(/^(info|imageinfo|verify|checksum)\b/),
  "lvremove vgremove pvremove lvreduce lvresize lvextend lvcreate vgcreate pvcreate vgreduce pvmove lvconvert vgchange lvchange mdadm cryptsetup dmsetup zpool zfs btrfs bcachefs losetup swapoff swapon mount umount fusermount pivot_root switch_root":
    looksFor(
      /^(list|get|status|history|iostat|isLuks|luksDump|info|subvolume list|subvolume show|filesystem (show|df|usage)|device (stats|usage))\b|^$/,
      "-t --types=T; -o --options=O; -f --force; -l --lazy; -a --all; -r; -R; -v; -n; -B --bind; --stop; --zero-superblock; --detail; -y --yes; -L --size=N; -d; -D; --bind; --rbind; -u; -H; -s",
    ),
  "pvs vgs lvs pvdisplay vgdisplay lvdisplay pvscan vgscan lvscan lsscsi mountpoint": {
    class: "safe",
    options: "-a; -o=F; -v; -q; -d",
  },
  eject: { class: "blocked" },
  // power and services
  "reboot shutdown halt poweroff init telinit kexec rtcwake pm-suspend systemd-firstboot": { class: "blocked" },
  systemctl: looksFor(
    SERVICE_LOOKS,
    "--user; --system; -a --all; -t --type=T; --now; -f --force; -q --quiet; --no-pager; -l --full; -p --property=P; --state=S; -H --host=<host>; -M --machine=M; --root=<write>; -n --lines=N; -o --output=F; --failed; --no-block; -s --signal=S; --kill-who=W; --no-legend; --value; --plain; --runtime",
  ),
  "service rc-service invoke-rc.d sv s6-svc initctl openrc rcctl": looksFor(
    /^(\S+ status|--status-all|status|list|show)\b/,
    "--status-all; -l; -s",
  ),
  pmset: looksFor(/^(batt|ps|log|sched|therm|assertions|stats|cap|live|custom)?$/, "-g; -a; -b; -c; -u"),
  "chkconfig update-rc.d rc-update insserv": looksFor(/^(--list|show)\b/, "--list; --add; --del; --level=L"),
  launchctl: looksFor(/^(list|print|blame|dumpstate|version|error|getenv|managername|help)\b/),
  "supervisorctl pm2 forever monit circusctl god foreman overmind": {
    subs: { max: 1 },
    runs: "service",
    options: "-c=<config>; -n --name=N; -i=N; -f=<config>; --watch",
    effects: (call) => {
      if (
        /^(status|list|ls|logs?|show|describe|info|avail|tail|monit|prettylist|jlist|summary)$/.test(
          call.subs[0] ?? "status",
        )
      ) {
        looksOnly(call);
        call.atom.runsCode.length = 0;
      } else if (/^(delete|kill|shutdown|stopall)$/.test(call.subs[0] ?? "")) raise(call, "blocked-by-default");
    },
  },
  crontab: {
    class: "blocked",
    options: "-l; -r; -e; -i; -u=USER; -s; -c; -T",
    effects: (call) => {
      if (has(call, "l") && !has(call, "r", "e") && call.operands.length === 0) looksOnly(call);
      else readsScheduled(call);
    },
  },
  "at batch atrm atq": {
    class: "blocked",
    options: "-f=<run>; -l; -d; -r; -m; -q=Q; -t=T; -c; -v; -M",
    effects: (call) => {
      if (has(call, "l", "c") || call.program === "atq") looksOnly(call);
      else if (call.program !== "atrm") readsScheduled(call);
    },
  },
  "anacron systemd-tmpfiles systemd-sysusers systemd-sysctl": { class: "blocked" },
  "timedatectl localectl hostnamectl loginctl machinectl networkctl bootctl coredumpctl systemd-analyze busctl":
    looksFor(
      /^(status|list\S*|show\S*|info|blame|critical-chain|time|dot|verify|tree|get\S*|introspect)\b|^$/,
      "--no-pager; -o=F; -p=P; --user",
    ),
  "resolvectl systemd-resolve": looksFor(
    /^(query|status|statistics|service|openpgp|tlsa|monitor|flush-caches|reset-statistics|show-\S+|log-level)\b|^(dns|domain|llmnr|mdns|dnssec|nta|default-route)( \S+)?$|^$/,
    "-4; -6; -i=I; -t=T; -c=C; -p=P; --no-pager; --legend=B; --status; --statistics; --flush-caches; --cache=B; --json=M",
  ),
  // accounts and rights
  "useradd userdel usermod groupadd groupdel groupmod gpasswd adduser deluser addgroup delgroup newusers chage chpasswd vipw vigr visudo chsh chfn newgrp pw dscl dseditgroup sysadminctl pwconv grpconv faillock pam-auth-update realm":
    looksFor(
      /^(\. -(read|list|search)|-l |list)\b/,
      "-l --list; -r --remove; -f --force; -G=G; -a; -s=S; -d=D; -m; -u=U; -g=G; -c=C; -p=P; -e=D; -aG=G; -L; -U; -D; -M; -N; -E=D; -I=D; -W=D",
    ),
  passwd: {
    class: "blocked",
    options: "-l --lock; -u --unlock; -d --delete; -e --expire; -S --status; -n=N; -x=N; --stdin; -a",
    effects: (call) => {
      if (has(call, "status")) looksOnly(call);
    },
  },
  "setenforce semanage setsebool restorecon chcon aa-disable aa-complain aa-teardown apparmor_parser auditctl ausearch aureport capsh spctl csrutil tccutil nvram fwupdmgr efibootmgr grub-install grub-mkconfig update-grub grub2-mkconfig update-initramfs dracut mkinitcpio":
    looksFor(
      /^(status|--assess|get-\S+|list|-l)\b/,
      "-l --list; -v; -p; -D; -R; -t=T; -a; -m; -d; -P; -a --assess; -o=<write>",
    ),
  "getenforce sestatus aa-status": { class: "safe" },
  // kernel
  sysctl: {
    class: "safe",
    options: "-w --write; -p --load[=<read>]; -a --all; -n; -e; -q; --system; -r=P; -A; -N; -b",
    effects: (call) => {
      if (has(call, "write", "load", "system") || call.operands.some((word) => (word.text ?? "=").includes("=")))
        raise(call, "blocked-by-default");
    },
  },
  "modprobe insmod rmmod depmod kmod dkms ldconfig": { class: "blocked" },
  "bpftool bpftrace": looksFor(
    /^(prog|map|net|link|btf|feature|cgroup|perf) (list|show|tree|probe)\b/,
    "-l; -V; -j; -p; -e=C; -f; -c=<shell>; --info",
    {
      effects: (call) => {
        if (call.program === "bpftrace" && has(call, "l", "V", "info") && !has(call, "c")) looksOnly(call);
      },
    },
  ),
  // processes
  kill: { raw: true, effects: readKill },
  "pkill killall skill": {
    options:
      "-9; -15; -s --signal=S; -f --full; -u --euid --user=U; -x --exact; -n --newest; -o --oldest; -P --parent=P; -g=G; -t=T; -i; -e; -v --inverse; -w --wait; -q; -r --regexp; -y=T; -U=U; -KILL; -TERM; -HUP; -INT; -l --list; -I; -V; -G=G; -H; -c; -z; -A; -signal=S",
    style: "single",
    effects: (call) => {
      if (
        has(call, "inverse") ||
        operandText(call, 0) === "" ||
        /^(\.|\.\*|\*|-1|1|init|systemd)$/.test(operandText(call, 0))
      )
        raise(call, "blocked-by-default");
    },
  },
  killall5: { class: "blocked" },
  "renice xkill fuser": {
    options: "-k --kill; -n=N; -p=P; -u=U; -m; -v; -s; -i; -a; -g=G; -9",
    effects: (call) => {
      if (call.program === "fuser" && !has(call, "kill")) looksOnly(call);
    },
  },
  // what the screen and the keyboard do
  "xdotool ydotool wtype xte cliclick screencapture scrot grim maim xclip xsel pbcopy pbpaste wl-copy wl-paste xinput xset notify-send say espeak afplay open xdg-open start gio gnome-open wslview":
    {
      use: "<maybe>...",
      options: "-i; -o; -selection=S; -a=APP; -e; -t; -n; -g; -b=B; --args; -W; -R; -F; -sel=S; -u=U; -c; -x",
      style: "single",
      runs: "desktop",
      effects: (call) => {
        for (const word of call.operands) if ((word.text ?? "").includes("://")) sets(call, "url");
      },
    },
  "defaults gsettings dconf plutil PlistBuddy kwriteconfig5 xfconf-query": {
    subs: { max: 1 },
    effects: (call) => {
      if (/^(read|read-type|domains|find|get|list-\S+|dump|list|range|describe|-p|help)$/.test(call.subs[0] ?? ""))
        looksOnly(call);
    },
  },
  "tmux screen zellij byobu abduco dtach": {
    options:
      "-s=N; -t=T; -d; -c=DIR; -n=N; -L=N; -S=N; -f=<config>; -x=N; -y=N; -P; -F=F; -h; -v; -p=N; -r; -X; -dm; -dmS=N; -ls; -m; -D; -U; -A; -a; -R; -q; -l; -b; -e=E; -x; -k",
    stopAtOperand: true,
    runs: "shell",
    effects: readMultiplexer,
  },
  "sudo doas pkexec run0": { class: "blocked", options: "-l --list; -v; -k; -K; -i --login; -s --shell; -V" },
  "su runuser": { class: "blocked" },
  "chroot unshare nsenter": { class: "blocked" },
  "bwrap bubblewrap": {
    stopAtOperand: true,
    options:
      "--ro-bind=P; --bind=P; --dev=P; --proc=P; --tmpfs=P; --unshare-all; --share-net; --die-with-parent; --chdir=P; --setenv=V; --symlink=P",
    effects: () => {},
  },
  env: { class: "safe" },
  "logger wall write mesg": { class: "warn" },
  "lastb utmpdump": { class: "safe" },
  logrotate: { class: "blocked", use: "<config>..." },
};

/** tmux new 'command', tmux send-keys … Enter: what is typed into a shell is a command. */
function readMultiplexer(call: Call): void {
  const [sub, ...rest] = call.rest;
  call.operands.push(...call.rest);
  if (sub === undefined) {
    if (has(call, "ls")) looksOnly(call);
    return;
  }
  const name = sub.text ?? "";
  if (
    /^(ls|list-\S+|display(-message)?|capture-pane|show\S*|info|has(-session)?|a|attach(-session)?|detach\S*|select-\S+|switch-client|kill-\S+|rename\S*|resize\S*|source(-file)?|set(-option)?|bind(-key)?)$/.test(
      name,
    )
  ) {
    if (/^(ls|list-|display|capture|show|info|has)/.test(name)) {
      looksOnly(call);
      call.atom.runsCode.length = 0;
    }
    return;
  }
  if (call.program === "screen") {
    // `-X stuff TEXT` types the text into a session.
    if (has(call, "X") && name === "stuff") for (const word of rest) call.nested.shell(word, call.program);
    if (has(call, "X")) return;
    call.nested.words(call.rest, call.program);
    return;
  }
  const texts = rest.filter(
    (word, index) =>
      word.text === null ||
      (!word.text.startsWith("-") &&
        !/^-[stcnxyFLSpe]$/.test(rest[index - 1]?.text ?? "") &&
        !/^(Enter|C-m|C-c|KPEnter|Escape|Space|Tab)$/.test(word.text)),
  );
  for (const word of texts)
    if (word.text === null || /[\s;|&]/.test(word.text) || texts.length === 1) call.nested.shell(word, call.program);
  if (texts.length > 1 && texts.every((word) => word.text !== null && !/\s/.test(word.text)))
    call.nested.words(texts, call.program);
  if (optionValues(call, "f").length > 0) opaque(call, "a configuration that names commands");
  runs(call, "shell");
}

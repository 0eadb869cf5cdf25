// files.test.ts — programs that change files, and what they touch
// A line of facts an atom (sketch.ts): meaning, then paths by access, hosts, statements, code that runs, class.

import { expect, test } from "vitest";
import { sampleAction } from "../../sample.ts";
import { deriveFacts } from "../derive.ts";
import { sketch } from "../sketch.ts";

const read = (command: string): string[] =>
  sketch(deriveFacts(sampleAction({ args: { command }, cwd: "/w", home: "/home/u" })));
const check = (command: string, facts: string | string[]): void =>
  expect(read(command)).toEqual(Array.isArray(facts) ? facts : [facts]);

test.each<[command: string, facts: string | string[]]>([
  ["mv a b", "mv a b | r:/w/a+ d:/w/a+ w:/w/b"],
  ["mv -t /etc a b", "mv --target-directory=/etc a b | w:/etc+ r:/w/a+ d:/w/a+ r:/w/b+ d:/w/b+ blocked"],
  ["cp -r src /tmp", "cp --recursive src /tmp | r:/w/src+ w:/tmp+"],
  ["cp a b /etc/", "cp a b /etc/ | r:/w/a r:/w/b w:/etc blocked"],
  ["cp -a ~/.ssh /tmp", "cp --archive ~/.ssh /tmp | r:/home/u/.ssh+ w:/tmp+"],
  ["ln -s /etc/passwd x", "ln --symbolic /etc/passwd x | r:/etc/passwd+ w:/etc/passwd+ w:/w/x blocked"],
  [
    "install -m 755 a /usr/local/bin/a",
    "install --mode=755 a /usr/local/bin/a | r:/w/a w:/usr/local/bin/a x:/usr/local/bin/a blocked",
  ],
  ["chmod -R 777 /", "chmod --recursive 777 / | w:/+ blocked"],
  ["chmod u+s /bin/sh", "chmod u+s /bin/sh | w:/bin/sh x:/bin/sh blocked"],
  ["chown -R root:root x", "chown --recursive root:root x | w:/w/x+ blocked"],
  ["dd if=/dev/zero of=/dev/sda", "dd --if=/dev/zero --of=/dev/sda | w:/dev/sda blocked"],
  ["truncate -s 0 log", "truncate --size=0 log | w:/w/log+ d:/w/log+"],
  ["shred -u x", "shred --u x | w:/w/x+ d:/w/x+"],
  ["mkdir -p a/b", "mkdir --parents a/b | w:/w/a/b"],
  ["touch a", "touch a | w:/w/a"],
  ["tee -a /etc/hosts", "tee --append /etc/hosts | w:/etc/hosts blocked"],
  ["rsync -av --delete src/ dst/", "rsync --archive --delete --verbose src/ dst/ | r:/w/src+ w:/w/dst+ d:/w/dst+"],
  ["rsync -a src/ bob@host:/dst", "rsync --archive src/ bob@host:/dst | r:/w/src+ h:host(unknown,upload)"],
  ["scp x bob@host:/tmp", "scp x bob@host:/tmp | r:/w/x h:host(unknown,upload)"],
  ["scp bob@host:/etc/passwd .", "scp bob@host:/etc/passwd . | w:/w h:host(unknown)"],
  ["tar czf a.tgz src", "tar --create --file=a.tgz --gzip src | w:/w/a.tgz r:/w/src+"],
  ["tar xzf a.tgz -C /", "tar --directory=/ --extract --file=a.tgz --gzip | r:/w/a.tgz w:/+ blocked"],
  [
    "tar -cf - . --checkpoint-action=exec='rm x'",
    ["tar --checkpoint-action=exec=rm x --create --file=- . | r:/w+ runs:option opaque", "tar> rm x | d:/w/x"],
  ],
  ["unzip a.zip -d /etc", "unzip --d=/etc a.zip | w:/etc+ r:/w/a.zip blocked"],
  ["zip -r a.zip ~", "zip --recurse-paths a.zip ~ | w:/w/a.zip r:/home/u+"],
  ["gzip -dc a.gz", "gzip --decompress --stdout a.gz | r:/w/a.gz safe"],
  ["sed -i s/a/b/ x", "sed --in-place s/a/b/ x | r:/w/x w:/w/x"],
  ["sed -n 1,3p x", "sed --quiet 1,3p x | r:/w/x safe"],
  ["sed 's/a/b/e' x", "sed s/a/b/e x | r:/w/x runs:interpreter opaque"],
  ["sed '1e rm x' y", ["sed 1e rm x y | r:/w/y runs:interpreter", "sed> rm x | d:/w/x"]],
  ["sed 's/a/b/w /etc/x' y", "sed s/a/b/w /etc/x y | w:/etc/x r:/w/y blocked"],
  ["awk '{print $1}' x", "awk {print $1} x | r:/w/x safe"],
  ["awk 'BEGIN{system(\"rm x\")}'", ['awk BEGIN{system("rm x")} | runs:interpreter', "awk> rm x | d:/w/x"]],
  ["awk '{print > \"/etc/x\"}' y", 'awk {print > "/etc/x"} y | w:/etc/x r:/w/y blocked'],
  ["patch -p1 < x.diff", "patch --strip=1 | r:/w/x.diff w:/w+"],
  ["git apply x.patch", "git apply x.patch | r:/w/x.patch w:/w+"],
  ["split -b 1m big part", "split --bytes=1m big part | r:/w/big w:/w/part"],
  ["perl -pi -e 's/a/b/' x", "perl --e=s/a/b/ --i --p x | r:/w/x w:/w/x runs:interpreter"],
  ["vim -c '!rm x' y", ["vim --command=!rm x y | r:/w/y w:/w/y runs:editor", "vim> rm x | d:/w/x"]],
  ["crontab -l", "crontab --l | safe"],
  ["crontab -r", "crontab --r | runs:timer blocked"],
  [
    "echo '* * * * * rm x' | crontab -",
    ["echo * * * * * rm x | safe", "crontab - | runs:timer blocked", "crontab> rm x | d:/w/x"],
  ],
  ["at now < x.sh", "at now | r:/w/x.sh runs:timer blocked"],
])("files: %s", (command, facts) => check(command, facts));

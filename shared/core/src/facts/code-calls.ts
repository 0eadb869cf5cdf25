// code-calls.ts — the functions of other languages that destroy, run, write or send, as a table over all of them

export type CodeEffect =
  | "delete"
  | "delete-tree"
  | "write"
  | "move"
  | "open"
  | "read"
  | "shell"
  | "send"
  | "fetch"
  | "kill";

const TABLE: Record<CodeEffect, string> = {
  delete: `
    os.remove os.unlink os.rmdir os.removedirs pathlib.Path.unlink .unlink .unlink_missing
    fs.unlink fs.unlinkSync unlinkSync fs.rmdirSync fs.rmdir fs.promises.unlink fsp.unlink Deno.remove Deno.removeSync
    File.delete File.unlink Dir.rmdir Dir.delete Dir.unlink FileUtils.rm FileUtils.rm_f FileUtils.remove FileUtils.safe_unlink
    unlink rmdir
  `,
  "delete-tree": `
    shutil.rmtree rmtree remove_tree .rmtree send2trash
    fs.rm fs.rmSync rmSync fs.promises.rm fsp.rm .rm .rmSync rimraf rimrafSync rimraf.sync del.sync fse.remove fse.removeSync fs.remove fs.removeSync fse.emptyDir fse.emptyDirSync fs.emptyDirSync
    FileUtils.rm_rf FileUtils.rm_r FileUtils.remove_dir FileUtils.remove_entry FileUtils.remove_entry_secure FileUtils.rmtree rm_rf rm_r .rmtree
  `,
  write: `
    .write_text .write_bytes os.truncate os.chmod os.chown os.mkdir os.makedirs os.symlink os.link shutil.copy shutil.copyfile shutil.copytree
    fs.writeFile fs.writeFileSync writeFileSync fs.appendFile fs.appendFileSync appendFileSync fs.createWriteStream createWriteStream fs.truncate fs.truncateSync fs.chmodSync fs.promises.writeFile fsp.writeFile .writeFile .writeFileSync .appendFileSync Deno.writeTextFile Deno.writeFile Deno.writeTextFileSync Bun.write fs.mkdirSync fs.symlinkSync fs.copyFileSync fs.cpSync
    File.write IO.write FileUtils.touch FileUtils.mkdir_p FileUtils.cp FileUtils.cp_r FileUtils.ln_s File.chmod FileUtils.chmod_R FileUtils.chown_R File.truncate
    file_put_contents chmod
  `,
  move: `
    os.rename os.replace shutil.move os.renames
    fs.rename fs.renameSync renameSync fs.promises.rename .renameSync fse.move fse.moveSync
    File.rename FileUtils.mv FileUtils.move rename
  `,
  open: "open io.open codecs.open fs.open fs.openSync File.open File.new fopen os.open",
  read: `
    .read_text .read_bytes fs.readFile fs.readFileSync readFileSync fs.promises.readFile .readFileSync .readFile Deno.readTextFile Deno.readTextFileSync Bun.file
    File.read IO.read File.readlines file_get_contents readfile
  `,
  shell: `
    os.system os.popen os.execv os.execve os.execvp os.execvpe os.execl os.execlp os.spawnv os.spawnl os.spawnlp os.posix_spawn subprocess.run subprocess.call subprocess.Popen subprocess.check_call subprocess.check_output subprocess.getoutput subprocess.getstatusoutput commands.getoutput pty.spawn asyncio.create_subprocess_shell asyncio.create_subprocess_exec check_output check_call getoutput Popen
    child_process.exec child_process.execSync child_process.spawn child_process.spawnSync child_process.execFile child_process.execFileSync child_process.fork execSync spawnSync execFileSync spawn .execSync .spawnSync .spawn .execFileSync .execFile .exec Deno.Command Deno.run Bun.spawn Bun.spawnSync shelljs.exec execa execaSync
    system IO.popen Open3.capture2 Open3.capture3 Open3.popen3 Open3.capture2e Process.spawn Kernel.system Kernel.exec Kernel.spawn popen
    shell_exec passthru proc_open pcntl_exec os.execute io.popen Runtime.getRuntime.exec ProcessBuilder
    callCommand rawSystem readProcess spawnCommand System.Process.callCommand
  `,
  send: "requests.post requests.put requests.patch requests.delete httpx.post httpx.put session.post axios.post axios.put axios.patch axios.delete got.post http.post Net.HTTP.post Net.HTTP.post_form HTTParty.post smtplib.SMTP ftplib.FTP paramiko.SSHClient socket.connect .connect connect TCPSocket.new TCPSocket.open net.connect net.createConnection fsockopen telnetlib.Telnet IO.Socket.INET",
  fetch:
    "requests.get requests.head requests.request urllib.request.urlopen urlopen urllib2.urlopen urllib.request.urlretrieve urlretrieve httpx.get fetch axios axios.get http.get https.get http.request https.request got Net.HTTP.get Net.HTTP.start URI.open HTTParty.get LWP.Simple.get curl_init",
  kill: "os.kill os.killpg process.kill Process.kill posix_kill",
};

export const CALLS: Record<string, CodeEffect> = Object.fromEntries(
  Object.entries(TABLE).flatMap(([effect, names]) =>
    names
      .split(/\s+/)
      .filter(Boolean)
      .map((name) => [name, effect as CodeEffect]),
  ),
);

/** Code made while it runs: what it does is not in the text. */
export const MAKES_CODE = new Set([
  "eval",
  "exec",
  "compile",
  "__import__",
  "importlib.import_module",
  "getattr",
  "marshal.loads",
  "pickle.loads",
  "runpy.run_path",
  "execfile",
  "Function",
  "vm.runInThisContext",
  "vm.runInNewContext",
  "instance_eval",
  "class_eval",
  "module_eval",
  "create_function",
  "call_user_func",
  "assert_options",
  "loadstring",
  "dofile",
  "ctypes.CDLL",
  "cdll.LoadLibrary",
]);

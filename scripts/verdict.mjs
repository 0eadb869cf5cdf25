// verdict.mjs — what a run of the tests comes to: how many passed, how many failed, and which files are run once more

/** So many files may be run once more; where more are broken at once, the machine is not to blame. */
const FILES_RUN_AGAIN = 4;

/**
 * @typedef {{ name: string, status: string, assertionResults: { status: string, fullName: string }[] }} File
 * @typedef {{ numPassedTests: number, numFailedTests: number, numPendingTests: number, testResults: File[] }} Report
 *   what Vitest's JSON reporter writes
 */

/**
 * @param {Report} report
 * @param {number} code what Vitest ended with
 * @returns {{ passed: number, failed: number, skipped: number, failing: { file: string, passed: number, tests: string[] }[] }}
 *   A file that does not load has no tests to fail and counts as one failure (`tests` is empty). A run that ends badly while
 *   nothing in it failed is a failure too.
 */
export function verdict(report, code) {
  const failing = report.testResults
    .filter((file) => file.status === "failed")
    .map((file) => ({
      file: file.name,
      passed: file.assertionResults.filter((one) => one.status === "passed").length,
      tests: file.assertionResults.filter((one) => one.status === "failed").map((one) => one.fullName),
    }));
  const failed = report.numFailedTests + failing.filter(({ tests }) => tests.length === 0).length;
  return {
    passed: report.numPassedTests,
    failed: code !== 0 && failed === 0 ? 1 : failed,
    skipped: report.numPendingTests,
    failing,
  };
}

/**
 * Tests talk to real servers, browsers and processes. On a machine that others use too one of some thousands misses a deadline now
 * and then, so its file is run once more, alone.
 * @param {ReturnType<typeof verdict>} first
 * @returns {string[]} files; none where so many failed, or where what failed is no test
 */
export function filesToRunAgain(first) {
  const files = first.failing.map(({ file }) => file);
  return files.length <= FILES_RUN_AGAIN ? files : [];
}

/**
 * The second run stands for its files whole: what passed and failed there counts, and nothing of their first.
 * @param {ReturnType<typeof verdict>} first
 * @param {ReturnType<typeof verdict>} again of just the files that failed in the first
 * @returns {{ passed: number, failed: number, late: string[] }} `late` names what failed first and passed alone, to be looked at
 */
export function bothRuns(first, again) {
  const late = first.failing.flatMap(({ file, tests }) => {
    const now = again.failing.find((one) => one.file === file);
    if (!now) return tests.length === 0 ? [file] : tests.map((test) => `${file} ${test}`);
    // Without tests it did not load, and so none of them passed.
    return now.tests.length === 0
      ? []
      : tests.filter((test) => !now.tests.includes(test)).map((test) => `${file} ${test}`);
  });
  const before = first.failing.reduce((sum, { passed }) => sum + passed, 0);
  return { passed: first.passed - before + again.passed, failed: again.failed, late };
}

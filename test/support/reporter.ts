import Mocha from 'mocha';

/** Failures as they happen, skipped tests with their reason's title, and at the end one line: N passed, N failed. */
export default class ClosingLineReporter extends Mocha.reporters.Base {
  constructor(runner: Mocha.Runner, options?: Mocha.MochaOptions) {
    super(runner, options);
    const write = (text: string): void => void process.stdout.write(`${text}\n`);
    let passed = 0;
    let failed = 0;
    const skipped: string[] = [];
    const { EVENT_SUITE_BEGIN, EVENT_TEST_PASS, EVENT_TEST_FAIL, EVENT_TEST_PENDING, EVENT_RUN_END } =
      Mocha.Runner.constants;
    runner.on(EVENT_SUITE_BEGIN, (suite) => {
      if (suite.parent?.root) write(suite.title);
    });
    runner.on(EVENT_TEST_PASS, () => passed++);
    runner.on(EVENT_TEST_FAIL, (test) => {
      failed++;
      write(`  FAILED ${test.fullTitle()}`);
    });
    runner.on(EVENT_TEST_PENDING, (test) => skipped.push(test.fullTitle()));
    runner.on(EVENT_RUN_END, () => {
      if (this.failures.length > 0) Mocha.reporters.Base.list(this.failures);
      if (skipped.length > 0) write(`\nskipped (what they need is not on this machine):`);
      for (const title of skipped) write(`  ${title}`);
      const seconds = (this.stats.duration ?? 0) / 1000;
      write(`\n${seconds.toFixed(1)} s`);
      write(`${passed} passed, ${failed} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ''}`);
    });
  }
}

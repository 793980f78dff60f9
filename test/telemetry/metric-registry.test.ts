import assert from 'node:assert/strict';
import { type MetricFamily, MetricRegistry } from '../../src/telemetry/index.js';

function only(registry: MetricRegistry): MetricFamily {
  const [family, ...others] = registry.collect();
  assert.ok(family !== undefined && others.length === 0);
  return family;
}

describe('telemetry: registry', () => {
  it('collects families by name, with zero for what was never touched and nothing for unused label sets', () => {
    const registry = new MetricRegistry();
    registry.gauge({ name: 'b', help: 'B.' });
    registry.counter({ name: 'c', help: 'C.', labelNames: ['x'] });
    registry.counter({ name: 'a_seconds', help: 'A.', unit: 'seconds' }).add(2.5);
    assert.deepEqual(registry.collect(), [
      {
        name: 'a_seconds',
        help: 'A.',
        unit: 'seconds',
        type: 'counter',
        metrics: [{ labels: [], value: 2.5 }],
      },
      { name: 'b', help: 'B.', unit: '', type: 'gauge', metrics: [{ labels: [], value: 0 }] },
    ]);
  });

  it('keeps one row a label set, pairs in name order, rows in the order of their labels', () => {
    const registry = new MetricRegistry();
    const counter = registry.counter({ name: 'c', help: '', labelNames: ['handler', 'code'] });
    counter.add(1, '/b', '200');
    counter.add(2, '/a', '200');
    counter.add(3, '/b', '200');
    counter.add(1, '__proto__', 'constructor');
    for (let i = 0; i < 40; i++) counter.add(i, 'many', String(i));
    const { metrics } = only(registry);
    assert.equal(metrics.length, 43);
    assert.deepEqual(metrics[0], { labels: ['code', '0', 'handler', 'many'], value: 0 });
    const at = (handler: string) => metrics.find(({ labels }) => labels[3] === handler);
    assert.deepEqual(at('/b'), { labels: ['code', '200', 'handler', '/b'], value: 4 });
    assert.deepEqual(at('__proto__'), { labels: ['code', 'constructor', 'handler', '__proto__'], value: 1 });
  });

  it('tells label values apart that would join to the same text', () => {
    const registry = new MetricRegistry();
    const gauge = registry.gauge({ name: 'g', help: '', labelNames: ['a', 'b'] });
    gauge.set(1, 'x:', '1:y');
    gauge.set(2, 'x', ':1:y');
    gauge.add(-3, 'x', ':1:y');
    assert.deepEqual(
      only(registry)
        .metrics.map(({ value }) => value)
        .sort(),
      [-1, 1],
    );
  });

  it('counts observations into cumulative buckets', () => {
    const registry = new MetricRegistry();
    const histogram = registry.histogram({ name: 'h', help: '', buckets: [1, 5] });
    for (const value of [0.5, 1, 1.5, 5, 6, Number.NaN]) histogram.observe(value);
    const [point] = only(registry).metrics;
    assert.deepEqual(point?.buckets, [
      [1, 2],
      [5, 4],
      [Number.POSITIVE_INFINITY, 6],
    ]);
    assert.equal(point?.count, 6);
  });

  it('takes quantiles from the latest observations', () => {
    const registry = new MetricRegistry();
    const summary = registry.summary({ name: 's', help: '', quantiles: [0, 0.5, 1] });
    assert.deepEqual(only(registry).metrics[0]?.quantiles, [
      [0, Number.NaN],
      [0.5, Number.NaN],
      [1, Number.NaN],
    ]);
    for (let i = 1; i <= 1000; i++) summary.observe(i);
    const [point] = only(registry).metrics;
    assert.deepEqual(point?.quantiles, [
      [0, 489],
      [0.5, 744],
      [1, 1000],
    ]);
    assert.equal(point?.count, 1000);
    assert.equal(point?.sum, 500_500);
  });

  it('reads callbacks at each collection', () => {
    const registry = new MetricRegistry();
    let value = 1;
    registry.gaugeFrom({ name: 'g', help: '', labelNames: ['b', 'a'] }, () => [[['x', 'y'], value]]);
    registry.counterFrom({ name: 'c', help: '' }, () => value);
    value = 7;
    const [counter, gauge] = registry.collect();
    assert.deepEqual(counter?.metrics, [{ labels: [], value: 7 }]);
    assert.deepEqual(gauge?.metrics, [{ labels: ['a', 'y', 'b', 'x'], value: 7 }]);
  });

  it('refuses a second family of one name and a wrong number of label values', () => {
    const registry = new MetricRegistry();
    const counter = registry.counter({ name: 'c', help: '', labelNames: ['a'] });
    assert.throws(() => registry.gauge({ name: 'c', help: '' }), /metric "c" is registered twice/);
    assert.throws(() => counter.add(1), /0 label values given, 1 needed/);
  });
});

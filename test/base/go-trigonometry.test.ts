import assert from 'node:assert/strict';
import { goAcos, goAsin, goAtan, goAtan2, goCos, goSin, goTan } from '../../src/base/go-trigonometry.js';

/** What Go 1.26.8's math answers for an argument: sin, cos, tan, asin, acos, atan. */
const answers: readonly (readonly number[])[] = [
  [
    -7.536250292873431,
    -0.9499466189296867,
    0.3124122615776415,
    -3.0406828916783835,
    Number.NaN,
    Number.NaN,
    -1.4388749945167407,
  ],
  [
    -434.3629807825238,
    -0.7333215103002456,
    0.6798820210381848,
    -1.0786011213834692,
    Number.NaN,
    Number.NaN,
    -1.568494108886128,
  ],
  [
    -0.040303048108551544, -0.04029213804811407, 0.9991879420867287, -0.040324884189421845,
    -0.04031396703819433, 1.6111102938330908, -0.04028124745844456,
  ],
  [
    152.12628502065394,
    0.971109648140197,
    0.23863371783765785,
    4.06945697757951,
    Number.NaN,
    Number.NaN,
    1.5642229355057773,
  ],
  [
    -2.857361274176251,
    -0.28041975261489627,
    -0.9598774725679317,
    0.2921411957556392,
    Number.NaN,
    Number.NaN,
    -1.2341453419422734,
  ],
  [
    -18.194182566967015,
    0.6094552889356446,
    0.7928204404456094,
    0.7687179313806499,
    Number.NaN,
    Number.NaN,
    -1.5158889488879987,
  ],
  [
    -2169.658488195548,
    -0.9253794442734387,
    -0.37904206114385486,
    2.4413634768681693,
    Number.NaN,
    Number.NaN,
    -1.570335424798278,
  ],
  [
    706.7327607102259,
    0.12525648451955987,
    -0.9921243939576334,
    -0.12625078597241776,
    Number.NaN,
    Number.NaN,
    1.5693813657399946,
  ],
  [
    -2.0688575544614194,
    -0.8785104089333814,
    -0.47772320583754674,
    1.838952762181968,
    Number.NaN,
    Number.NaN,
    -1.1205502845673236,
  ],
  [
    2525.7303555161193,
    -0.1099154359887438,
    0.993940942376057,
    -0.11058547978312111,
    Number.NaN,
    Number.NaN,
    1.5704004017328392,
  ],
  [
    0.365335013001561, 0.357262218045243, 0.9340041260922745, 0.3825060383190936, 0.37399266766955086,
    1.1968036591253457, 0.3502704513909363,
  ],
  [
    0.2382030605000085, 0.23595680802182908, 0.9717635436401952, 0.24281298631346304, 0.240515233275004,
    1.3302810935198925, 0.23384521633061667,
  ],
];
const functions = [goSin, goCos, goTan, goAsin, goAcos, goAtan];

describe('trigonometry as Go has it', () => {
  for (const [x = 0, ...expected] of answers)
    it(`is the same to the last bit at ${x}`, () => {
      assert.deepEqual(
        functions.map((each) => each(x)),
        expected,
      );
    });

  it('keeps signs, zeros and quadrants', () => {
    assert.ok(Object.is(goSin(-0), -0) && Object.is(goTan(-0), -0) && Object.is(goAtan(-0), -0));
    for (const [y, x] of [
      [1, -1],
      [-1, -1],
      [0, -1],
      [-0, -1],
      [5, 0],
      [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
    ] as const)
      assert.ok(Math.abs(goAtan2(y, x) - Math.atan2(y, x)) < 1e-15, `${y} ${x}`);
  });
});

// The text of a review: nothing in it hides, nothing crowds out, and a plan of any size is read in seconds.
// Next: scripts/review/markdown.ts, scripts/review/finding.ts and scripts/review/render.ts.
import { describe, expect, test } from 'vitest';
import { block, code } from '../../../scripts/review/markdown.ts';
import { commentOf, type Planned, planOf, policy, resource } from './planned.ts';

describe('a value', () => {
  test.each([
    ['turned by a bidirectional mark', 'a\u202Eb', '`a\\u{202e}b`'],
    ['with a joiner', 'a\u034Fb', '`a\\u{34f}b`'],
    ['with a filler', 'a\u3164b', '`a\\u{3164}b`'],
    ['with a variation selector', 'a\uFE0Fb', '`a\\u{fe0f}b`'],
    ['with a space that is none', 'a\u00A0b', '`a\\u{a0}b`'],
    ['with an empty pattern', 'a\u2800b', '`a\\u{2800}b`'],
    ['with a Cyrillic letter', '\u0430ws:iam', '`\\u{430}ws:iam`'],
    ['with a fullwidth letter', '\uFF45vil', '`\\u{ff45}vil`'],
    ['in letters of its own', '日本語 Übung Москва'.split(' ').join('-'), undefined],
    ['in one other script', 'Москва', '`Москва`'],
    ['of two lines', 'a\nb', '`a\\nb`'],
    ['that begins as code', '`x', '`` `x ``'],
  ])('%s', (_, text, shown) => {
    if (shown === undefined) expect(code(text)).toContain('日本語-Übung-');
    else expect(code(text)).toBe(shown);
  });

  test('that is long ends as it ends', () => {
    expect(code(`arn:aws:s3:::${'x'.repeat(300)}/*`)).toMatch(/^`arn:aws:s3:::x+\.\.\.x+\/\* \(315 characters\)`$/);
  });

  test('in a line that is long leaves room for the others', () => {
    expect(block(['x'.repeat(50_000), 'next']).join('\n').length).toBeLessThan(1000);
  });
});

describe('many findings', () => {
  const roles = Array.from({ length: 40 }, (_, index): Planned => ({
    address: `aws_iam_role.r${index}`,
    before: { name: `r${index}`, permissions_boundary: 'b' },
    after: { name: `r${index}`, permissions_boundary: null },
  }));
  const stopped = resource('aws_guardduty_detector', { enable: true }, { enable: false });

  test('that say the same are one line', () => {
    expect(commentOf(planOf(...roles))).toMatch(
      /- ⚠️ ➕ each of `aws_iam_role\.r0`, .* and 26 more has no permissions boundary/,
    );
  });

  test('of as many resources as a screen has lines leave none out', () => {
    const comment = commentOf(planOf(...roles.slice(0, 14)));
    for (const { address } of roles.slice(0, 14)) expect(comment.split('<details>')[0]).toContain(`\`${address}\``);
  });

  test('of one kind hide no other', () => {
    const others = Array.from({ length: 30 }, (_, index): Planned => ({
      address: `aws_iam_role_policy.a${index}`,
      before: { role: `a${index}`, policy: policy() },
      after: { role: `a${index}`, policy: policy({ Action: '*', Resource: `arn:${index}` }) },
    }));
    const door = resource('aws_vpc_security_group_ingress_rule', null, {
      security_group_id: 'sg',
      ip_protocol: '-1',
      cidr_ipv4: '0.0.0.0/0',
    });
    const [screen = ''] = commentOf(planOf(...others, door, stopped)).split('<details>');
    expect(screen).toContain('Open to the internet.');
    expect(screen).toContain('and 18 more, below');
  });

  test('whose lines do not fit are below, all of them', () => {
    const wide = Array.from({ length: 9 }, (_, index) => {
      const actions = Array.from({ length: 10 }, (_unused, number) => `s3:${'x'.repeat(140)}${index}${number}`);
      return { Action: actions, Resource: `arn:aws:s3:::b${index}/*` };
    });
    const [screen = '', ...sections] = commentOf(
      planOf(resource('aws_iam_role_policy', { role: 'w', policy: policy() }, { role: 'w', policy: policy(...wide) })),
    ).split('<details>');
    expect(screen.length).toBeLessThan(9_500);
    expect(screen).toContain('left out here');
    expect(sections.join()).toContain('All security findings (9)');
  });

  test('of losses show a replacement before what is destroyed, and one of each type', () => {
    const logs = Array.from({ length: 20 }, (_, index): Planned => ({
      address: `aws_cloudwatch_log_group.l${index}`,
      before: { name: 'l' },
      after: null,
    }));
    const table = resource('aws_dynamodb_table', { hash_key: 'a' }, { hash_key: 'b' }, { replacedBy: ['hash_key'] });
    const [, first = ''] = commentOf(planOf(...logs, table, resource('aws_sqs_queue', { name: 'q' }, null))).split(
      '**Data may be lost',
    );
    expect(first.indexOf('aws_dynamodb_table.one')).toBeLessThan(first.indexOf('aws_cloudwatch_log_group'));
    expect(first.split('**Security')[0]).toContain('aws_sqs_queue.one');
  });
});

test('a tag may be called like what every object has', () => {
  const tagged = resource(
    'aws_sqs_queue',
    { name: 'q', tags: {} },
    { name: 'q', tags: { constructor: 'a', toString: 'b' } },
  );
  expect(commentOf(planOf(tagged))).toContain('  tags.constructor: (none) -> "a"\n  tags.toString: (none) -> "b"\n');
});

test('what only a mark changes is in no sum of attributes', () => {
  const plan = planOf(resource('aws_sqs_queue', { name: 'q' }, { name: 'q' })).replace('"no-op"', '"update"');
  expect(commentOf(plan)).toContain('1 to change');
  expect(commentOf(plan)).not.toContain('Changed in place');
});

test('a change that is the same everywhere is one line on the screen, and one below all it is about', () => {
  const tagged = Array.from({ length: 3 }, (_, index): Planned => ({
    address: `aws_sqs_queue.q${index}`,
    before: { name: 'q', tags: { a: '1' } },
    after: { name: 'q', tags: { a: '2' } },
  }));
  const comment = commentOf(planOf(...tagged));
  expect(comment).toContain('**Changed in place:** `tags` of 3 resources');
  expect(comment).toContain('aws_sqs_queue.q0\naws_sqs_queue.q1\naws_sqs_queue.q2\n  tags.a: "1" -> "2"\n');
});

describe('a policy of many permissions', () => {
  const names = (start: string, count: number) => Array.from({ length: count }, (_, index) => `${start}${index}`);
  const worker = (text: string) => ({ role: 'worker', policy: text });

  test('is compared within seconds', () => {
    const cut = (start: string) =>
      policy(
        ...names('k', 900).map((key) => ({
          Action: `s3:${start}${key}*`,
          Resource: '*a*a*a*b',
          Condition: { StringLike: { [key]: '*' } },
        })),
      );
    expect(commentOf(planOf(resource('aws_iam_role_policy', worker(cut('a')), worker(cut('b')))))).toContain(
      '900 widening',
    );
  }, 30_000);

  test('is too large to be compared at all, and says so', () => {
    const product = (start: string) =>
      policy({ Action: names(`s3:${start}`, 220), Resource: names('arn:aws:s3:::b', 220) });
    expect(commentOf(planOf(resource('aws_iam_role_policy', worker(product('a')), worker(product('b')))))).toContain(
      'cannot be judged: what is there now is no policy document, or too large a one',
    );
  });
});

describe('ten thousand resources', () => {
  const seconds = 1000;
  const each = (make: (index: number) => Planned): Planned[] =>
    Array.from({ length: 10_000 }, (_, index) => make(index));
  const network = (index: number) => `.${index % 250}.${Math.floor(index / 250) % 250}.0/24`;
  const rule = (start: number, index: number) => ({
    security_group_id: 'sg',
    ip_protocol: 'tcp',
    from_port: 443,
    to_port: 443,
    cidr_ipv4: `${start}${network(index)}`,
  });

  test.each<[string, (index: number) => Planned]>([
    [
      'that are destroyed with what they belong to',
      (index) => ({
        address: `aws_s3_bucket${index % 2 === 0 ? '' : '_policy'}.b${index}`,
        before: index % 2 === 0 ? { id: `b${index}` } : { bucket: `b${index - 1}`, policy: policy() },
        after: null,
      }),
    ],
    [
      'that are rules of one group',
      (index) => ({
        address: `aws_vpc_security_group_ingress_rule.r${index}`,
        before: index % 2 === 0 ? null : rule(11, index),
        after: index % 2 === 0 ? rule(10, index) : null,
      }),
    ],
    [
      'with a secret each',
      (index) => ({
        address: `aws_ssm_parameter.p${index}`,
        before: { value: `secret-one-${index}`, note: 'x'.repeat(200) },
        after: { value: `secret-two-${index}`, note: 'y'.repeat(200) },
        sensitive: { value: true },
      }),
    ],
  ])(
    '%s',
    (_, make) => {
      const comment = commentOf(planOf(...each(make)));
      expect(comment.length).toBeLessThanOrEqual(65_536);
      expect(comment).not.toMatch(/secret-(?:one|two)/);
    },
    30 * seconds,
  );
});

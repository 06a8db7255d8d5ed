import { AUDIT_ROUNDS, benchmark as audit } from '../bench/benchmarks/audit.ts'
import { benchmark as signIn, SIGN_IN_ROUNDS, SIGN_IN_SECONDS } from '../bench/benchmarks/sign-in.ts'
import { benchmarkedPart } from './benchmarked-part.ts'
import { ISOLATION_PARTS } from './isolation-parts.ts'
import { overloadPart } from './overload.ts'
import type { Part } from './part.ts'
import { scannersPart } from './scanners/index.ts'
import { testedPart } from './tested-part.ts'
import { verifierPart } from './verifier.ts'

/** The parts of the campaign, in the order in which they run. Crashes have a command of their own: `npm run chaos`. */
export const PARTS: readonly Part[] = [
  ...ISOLATION_PARTS,
  testedPart({
    name: 'processes',
    title: 'Three processes over one PostgreSQL',
    project: 'server',
    files: ['tests/reliability/three-processes.test.ts'],
    // What is asked for in millions is a part of its own, as is a time to keep, which a busy machine misses.
    only: /^(?!.*\((?:C3|R5|R3, I5))/,
    claims: [
      {
        requirement: 'P9, I14',
        claim: 'A limit is exact in the sum',
        figures: ['calls against a limit over three processes'],
        result: 'exactly 50 admitted in each minute',
      },
      {
        requirement: 'R7',
        claim: 'What a transaction ordered is done once',
        figures: ['jobs over three processes'],
        result: '0 lost, 0 doubled',
      },
    ],
    positiveControl:
      'each test also counts what must be let through: without processes that serve, the same expectations fail.',
  }),
  testedPart({
    name: 'revoked',
    title: 'After a revocation',
    project: 'server',
    files: ['tests/reliability/three-processes.test.ts'],
    only: /\(R5/,
    claims: [
      {
        requirement: 'R5, I7',
        claim: 'Nothing is served after a revocation, or a sign-out, returned',
        figures: [
          'requests after a revocation had returned, over three processes',
          'sign-outs seen by three processes',
        ],
        result: '0 served',
      },
      {
        requirement: 'R5, R7',
        claim:
          'Nor while the connections of all three to the database end, among them those that hear of revocations',
        figures: ['requests after a revocation, while connections ended', 'connections ended'],
        result: '0 served',
      },
    ],
    positiveControl: 'the same people are served by all three processes right before.',
  }),
  testedPart({
    name: 'once-of-three',
    title: 'Once, among three processes',
    project: 'server',
    files: [
      'tests/reliability/three-processes.test.ts',
      'tests/reliability/three-authorization-servers.test.ts',
    ],
    only: /\((?:R3, I5|A4)\)/,
    claims: [
      {
        requirement: 'R3, I5',
        claim: 'Equal requests with one key work once',
        figures: ['equal requests with one key over three processes'],
        result: '0 doubled',
      },
      {
        requirement: 'A4, R3',
        claim: 'Codes and assertions are taken once',
        figures: ['codes and assertions at three servers'],
        result: 'each taken once',
      },
    ],
    positiveControl: 'each must be taken by one: what nobody is let in with fails the same expectation.',
  }),
  testedPart({
    name: 'once',
    title: 'What may be used once',
    project: 'server',
    files: [
      'server/src/modules/identity/factors.test.ts',
      'server/src/modules/identity/invitations.test.ts',
      'server/src/modules/vouchers/vouchers.test.ts',
      'server/src/modules/consents/attacks.test.ts',
      'server/src/modules/links/pages.test.ts',
      'server/src/modules/oauth/attacks-proof.test.ts',
    ],
    only: /a code once, however many|one of twenty who send|is taken once, however many|exactly one redeems|sent many times at once makes one consent|twenty times at once approves one link|comes twice is taken once/,
    claims: [
      {
        requirement: 'R3, I6',
        claim:
          'A code of an app, a recovery code and an invitation sign one of twenty in who use them at once',
        figures: ['uses of one code of an app', 'uses of one recovery code', 'uses of one invitation'],
        result: 'each taken once',
      },
      {
        requirement: 'E9, I6',
        claim: 'A voucher is redeemed by one of 32 tills at one moment',
        figures: ['uses of one voucher'],
        result: 'each redeemed once',
      },
      {
        requirement: 'A9, B2, I6',
        claim:
          'An approval that is sent twenty times at once approves one consent, or one link, with one event',
        figures: ['uses of one approval of a consent', 'uses of one approval of a link'],
        result: 'each approved once',
      },
      {
        requirement: 'A4, I6',
        claim: 'A proof of possession is taken once',
        figures: ['uses of one proof'],
        result: 'each taken once',
      },
    ],
    positiveControl: 'each must be taken by one: what nobody is let in with fails the same expectation.',
  }),
  testedPart({
    name: 'following',
    title: 'How soon three processes follow a change of a feature',
    project: 'server',
    files: ['tests/reliability/three-processes.test.ts'],
    only: /\(C3\)/,
    claims: [
      {
        requirement: 'C3',
        claim: 'A change of a feature is followed by all within a second',
        figures: ['changes of a feature', 'milliseconds of the slowest change of a feature'],
        result: 'all within a second',
      },
    ],
    positiveControl:
      'each change is seen both ways: what was open is refused, and what was refused is open again.',
  }),
  testedPart({
    name: 'faults',
    title: 'Outages, clocks, disks, restarts and restores',
    project: 'server',
    files: [
      'tests/reliability/disk-full.test.ts',
      'tests/reliability/point-in-time.test.ts',
      'tests/reliability/haproxy-restart.test.ts',
      'tests/reliability/failover.test.ts',
    ],
    claims: [
      {
        requirement: 'R7',
        claim: 'While the disk of the database is full nothing is acknowledged that is not kept',
        figures: ['writes around a full disk', 'writes refused while the disk was full'],
        result: '0 lost, 0 without their event',
      },
      {
        requirement: 'R10',
        claim: 'A restore to a moment holds what was acknowledged before it and nothing after it',
        figures: ['restores to a moment', 'writes around the moments of restores'],
        result: 'exact, and the audit log verifies',
      },
      {
        requirement: 'R11',
        claim: 'Behind HAProxy, restarting two servers one after the other loses no request',
        figures: ['requests through HAProxy', 'restarts behind HAProxy'],
        result: '0 failed',
      },
      {
        requirement: 'R3, R4, R7',
        claim: 'A replica that takes over under load has every acknowledged write once, with its event',
        figures: [
          'failovers under load',
          'writes around failovers',
          'milliseconds from a failover to the next acknowledged write',
        ],
        result: '0 lost, 0 doubled, and the audit log verifies',
      },
    ],
    positiveControl:
      'a server that is killed behind HAProxy instead of restarted fails requests; the disk counts as full only when writes were refused; the restore must lack what came after its moment.',
  }),
  testedPart({
    name: 'canaries',
    title: 'Canary secrets',
    project: 'server',
    files: ['tests/canaries.test.ts'],
    claims: [
      {
        requirement: 'R9, I10',
        claim: 'No secret that was sent is in a log line, a row of the database or another answer',
        figures: ['canary secrets'],
        result: '0 found',
      },
    ],
    positiveControl: 'a canary in a field that is kept by design is found in the rows.',
  }),
  testedPart({
    name: 'inputs',
    title: 'Inputs that break careless code',
    project: 'server',
    files: ['tests/bad-input.test.ts', 'tests/inputs-by-schema.test.ts'],
    claims: [
      {
        requirement: 'R8',
        claim:
          'No input of any kind makes an operation answer 5xx, and every refusal is a complete problem document',
        figures: ['inputs', 'of them refused with a problem document'],
        result: '0 answered with 5xx, 0 refused in another form',
      },
      {
        requirement: 'R8',
        claim:
          'No input of the declared form, at the edges of what it allows and with ids of this world and of nothing, makes an operation answer 5xx, and every answer has the declared form',
        figures: [
          'inputs of the declared form',
          'operations that served some of them',
          'batches of items handed in',
        ],
        result: '0 answered with 5xx, 0 of another status, code, header or body than declared',
      },
    ],
    positiveControl:
      'an operation whose column was renamed in the database answers 500 and is found by the same looks; so is a body of another form.',
  }),
  testedPart({
    name: 'tamper',
    title: 'Tampering with the audit log',
    project: 'server',
    files: ['server/src/modules/audit/tamper.test.ts'],
    claims: [
      {
        requirement: 'R4',
        claim:
          'Sixteen changes of an event, each at random places of a log of 240 events, are found by the command and by the verifier without a database, at the place where they are',
        figures: ['changes of an event'],
        result: 'all found',
      },
      {
        requirement: 'R4',
        claim:
          'Seventeen other kinds: deleted, numbered anew, changed places, cut off, put in, copied, readers, checkpoints, another key, a stolen key',
        figures: ['other kinds of tampering'],
        result: 'all found',
      },
    ],
    positiveControl:
      'the tampering is the control: the same log, untouched, holds both ways with one root, and blanking that the rules allow leaves the seal whole.',
  }),
  verifierPart,
  testedPart({
    name: 'keys',
    title: 'Keys that rotate under load',
    project: 'server',
    files: ['server/src/cli/keys-rotate.test.ts', 'server/src/modules/oauth/keys.test.ts'],
    claims: [
      {
        requirement: 'R10',
        claim: 'While data keys rotate nothing is refused, and every stored secret ends under the new key',
        figures: [
          'rotations of the data key',
          'pages, sign-ins and sealed values over two processes meanwhile',
        ],
        result: '0 refused',
      },
      {
        requirement: 'A13, R10',
        claim: 'While signing keys rotate no token is refused',
        figures: ['rotations of the signing key', 'tokens issued and used meanwhile'],
        result: '0 refused',
      },
      {
        requirement: 'A13, R10',
        claim: 'After an emergency rotation nothing that the old keys signed, before or since, is accepted',
        figures: [
          'emergency rotations',
          'tokens of withdrawn keys',
          'milliseconds until the slowest was followed',
        ],
        result: '0 accepted once it was followed',
      },
    ],
    positiveControl:
      'the same tokens were accepted right before each rotation, and after a planned one they still are; a value under a key that is gone, and one that was moved to another row, are refused.',
  }),
  overloadPart,
  benchmarkedPart({
    name: 'audit-cost',
    title: 'What the audit costs a write',
    source: 'bench/benchmarks/audit.ts',
    benchmark: audit,
    count: `the median of ${AUDIT_ROUNDS} rounds in which the databases take turns`,
    positiveControl:
      'an event that computes 5,000 digests more, in a database beside them, is seen to cost more than it may; the databases without events hold none.',
  }),
  benchmarkedPart({
    name: 'sign-ins',
    title: 'A flood of sign-ins',
    source: 'bench/benchmarks/sign-in.ts',
    benchmark: signIn,
    count: `the median of ${SIGN_IN_ROUNDS} rounds of ${SIGN_IN_SECONDS} s`,
    positiveControl: 'without the bulkhead for passwords the same reads take longer beside the same flood.',
  }),
  scannersPart,
  {
    name: 'limiter',
    title: 'Twenty in any minute, over several processes',
    source: 'evidence/limiter.ts',
    // Its processes are started from a file that waits for orders as soon as it is loaded.
    run: async (times) => (await import('./limiter.ts')).limiterPart.run(times),
  },
]

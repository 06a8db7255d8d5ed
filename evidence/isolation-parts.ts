import type { Part } from './part.ts'
import { testedPart } from './tested-part.ts'

/** What shows that nobody reads or changes what is not open to them: in the kernel, in row security and through every operation. */
export const ISOLATION_PARTS: readonly Part[] = [
  testedPart({
    name: 'oracle',
    title: 'The kernel beside a second evaluator',
    project: 'unit',
    files: ['tests/kernel/decisions.test.ts', 'access/src/model.test.ts', 'access/src/mutants.test.ts'],
    claims: [
      {
        requirement: 'R2',
        claim:
          'The kernel gives the code that a second evaluator gives, written from the text of the specification',
        figures: ['random decisions', 'decisions of the small model'],
        result: '0 differences',
      },
    ],
    positiveControl:
      'kernels without one of their checks, and kernels that are wrong by one millisecond or one term, are each told apart (access/src/mutants.test.ts); a survivor fails the run.',
  }),
  testedPart({
    name: 'mutants',
    title: 'Holes in row security',
    project: 'server',
    files: ['tests/row-security-mutants.test.ts'],
    claims: [
      {
        requirement: 'R1, R2',
        claim: 'Raw SQL of each login reads and changes what the specification opens, in every situation',
        figures: ['questions in raw SQL'],
        result: '0 differences',
      },
      {
        requirement: 'R1',
        claim:
          'A condition or term taken out of the deciding functions and views is seen by these questions, unless another condition says the same',
        figures: ['holes in deciding functions and views', 'of them told by another condition'],
        result: 'all others found',
      },
      {
        requirement: 'R1',
        claim:
          'A policy dropped or letting every row through, row security off or not forced, a privilege on a partition or for triggers, a view with the rights of its owner, an open search path, a login that owns, bypasses or decides is seen in the catalogue',
        figures: ['holes in the catalogue', 'of them narrowing only'],
        result: 'all others found',
      },
    ],
    positiveControl:
      'the holes are the control: each is made in a throw-away database, must be seen, and is mended.',
  }),
  testedPart({
    name: 'rows',
    title: 'Row security beside a second evaluator',
    project: 'server',
    files: ['tests/row-sets.test.ts'],
    claims: [
      {
        requirement: 'R1, R2',
        claim:
          'Statements over all rows, acting in one tenant and across all, read exactly those that a second evaluator opens, for drawn links, places in them, elevations and freezes',
        figures: ['rows decided about', 'rows open'],
        result: '0 differences',
      },
    ],
    positiveControl: 'a policy that lets every row through is planted, and seen in its relation alone.',
  }),
  testedPart({
    name: 'walk',
    title: 'The walk over every operation',
    project: 'server',
    files: ['tests/isolation-walk.test.ts'],
    claims: [
      {
        requirement: 'R1',
        claim: 'No operation shows a tenant to whom may not know of it, nor changes anything there',
        figures: ['reads with ids of others', 'writes with ids of others'],
        result: '0 shown, 0 changed',
      },
      {
        requirement: 'R1, I13',
        claim: 'What is hidden answers exactly as what does not exist',
        figures: ['pairs of answers'],
        result: '0 different',
      },
    ],
    positiveControl:
      'the markers that are looked for do come out to those who may see them, and a planted policy that lets every row through is seen in raw SQL.',
  }),
]

import { registerProblems } from '#platform/problem.ts'
import type { ProblemEntry } from '#platform/problem.ts'

/** The problem codes of agreements. */
const AGREEMENT_PROBLEMS = {
  AGREEMENT_NOT_FOUND: {
    status: 404,
    title: 'Agreement not found',
    cause:
      'No agreement that you can see has this id. Drafts are seen by the provider, earlier versions by owners.',
    remedy: 'Open it from the list of agreements.',
  },
  AGREEMENT_STATE_CONFLICT: {
    status: 409,
    title: 'Not possible in this state',
    cause: 'The agreement is in a state from which this is not done, or somebody was faster.',
    remedy: 'Read the agreement again; its state says what can be done with it.',
  },
  AGREEMENT_OPEN: {
    status: 409,
    title: 'Another version is under way',
    cause: 'A version of this partner is a draft, offered or signed. One is dealt with at a time.',
    remedy: 'Finish or withdraw that one first.',
  },
  AGREEMENT_EXPIRED: {
    status: 409,
    title: 'The offer has run out',
    cause: 'It was not signed by the day that the offer named.',
    remedy: 'Ask the provider for a new offer.',
  },
  AGREEMENT_CHANGED: {
    status: 409,
    title: 'Something else was shown',
    cause: 'The fingerprint that was sent is not that of the agreement, or the page was not opened by you.',
    remedy: 'Open the agreement again and read it before you go on.',
  },
  AGREEMENT_SIGNER_REQUIRED: {
    status: 403,
    title: 'Only an owner signs',
    cause: 'An agreement is signed and declined by an active owner of the partner, in the own name.',
    remedy: 'Ask an owner of your organisation.',
  },
  AGREEMENT_APPROVER_REFUSED: {
    status: 409,
    title: 'Somebody else must approve',
    cause: 'Whoever signed, or belongs to the partner, does not approve for the provider.',
    remedy: 'Ask another admin.',
  },
  AGREEMENT_FOUR_EYES: {
    status: 409,
    title: 'A second person must do this',
    cause: 'You drafted this agreement, and the program asks for two people.',
    remedy: 'Ask another admin.',
  },
  AGREEMENT_PARTNER_INACTIVE: {
    status: 409,
    title: 'The partner is not active',
    cause: 'Agreements are made with active partners only.',
    remedy: 'Let the partner work again first.',
  },
  AGREEMENT_ATTRIBUTION_DIFFERS: {
    status: 409,
    title: 'The program counts another partner',
    cause:
      'Which of several partners is counted is one rule for the whole program, and these terms say another (`attribution.model`).',
    remedy: 'Set it in the draft as the program settings say, or change the settings first.',
  },
  AGREEMENT_LIMITS_AMBIGUOUS: {
    status: 409,
    title: 'Limits without a currency',
    cause:
      'The draft is of before limits had a currency, and one of its components grows with the total up to limits.',
    remedy: 'Add `currency` to the component in the draft; another currency is another component.',
  },
  TIME_ZONE_UNKNOWN: {
    status: 409,
    title: 'Time zone unknown',
    cause: 'The database knows no time zone by this name.',
    remedy: 'Send a name of the IANA time zone database, such as Europe/Berlin.',
  },
  AGREEMENT_FILE_MISSING: {
    status: 404,
    title: 'No sealed file',
    cause: 'This agreement was never signed, so there is no sealed file of it.',
    remedy: 'Read the text, or download the copy for reading.',
  },
  AGREEMENT_TEMPLATE_NOT_FOUND: {
    status: 404,
    title: 'Template not found',
    cause: 'No template has this id.',
    remedy: 'Choose one from the list of templates.',
  },
} as const satisfies Record<string, ProblemEntry>

registerProblems(AGREEMENT_PROBLEMS)

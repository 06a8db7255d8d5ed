import { registerProblems } from '#platform/problem.ts'
import type { ProblemEntry } from '#platform/problem.ts'

/** The problem codes of links. */
const LINK_PROBLEMS = {
  LINK_NOT_FOUND: {
    status: 404,
    title: 'Link not found',
    cause: 'No link that you can see has this id.',
    remedy: 'Check the id in the list of links.',
  },
  LINK_STATE_CONFLICT: {
    status: 409,
    title: 'Not possible in this state',
    cause: 'The link is in a state from which this move is not made, or not by this side.',
    remedy: 'Read the link; its state decides what can be done.',
  },
  LINK_ALREADY_LIVE: {
    status: 409,
    title: 'Already asked or linked',
    cause: 'There is a request or a link between these two already.',
    remedy: 'Use the existing one, or ask to change it.',
  },
  FULL_ROLE_TAKEN: {
    status: 409,
    title: 'Full role taken',
    cause: 'A tenant gives MSP full or Enterprise HQ to one partner at a time.',
    remedy: 'End the other link, or choose a smaller role.',
  },
  REQUEST_TOO_SOON: {
    status: 409,
    title: 'Asked too soon',
    cause:
      'After a request was declined the same partner may ask again after 7 days, and three times a year.',
    remedy: 'Wait, or ask the tenant for an invitation.',
  },
  SNAPSHOT_STALE: {
    status: 409,
    title: 'Changed since you read it',
    cause: 'What would be approved is no longer what the approver was shown.',
    remedy: 'Read it again and decide on what it says now.',
  },
  SECOND_APPROVER_NEEDED: {
    status: 409,
    title: 'A second person decides',
    cause: "The organisation's rules ask for two approvers, and you were the first.",
    remedy: 'Ask another admin of the organisation to approve.',
  },
  NOT_NARROWER: {
    status: 422,
    title: 'More than was asked',
    cause: 'An approval may take away from what was asked, never add to it.',
    remedy: 'Choose a smaller role, fewer permissions or an earlier end.',
  },
  CHANGE_NOT_FOUND: {
    status: 404,
    title: 'Change not found',
    cause: 'No change request that you can see has this id.',
    remedy: 'Check the id in the list of changes.',
  },
  MEMBER_NOT_FOUND: {
    status: 404,
    title: 'Member not found',
    cause: 'No active member of your organisation has this id.',
    remedy: 'Check the id in the list of members.',
  },
  PARTNER_NOT_INVITED: {
    status: 404,
    title: 'Partner not found',
    cause: 'No active partner has this code.',
    remedy: 'Ask the partner for its code.',
  },
} as const satisfies Record<string, ProblemEntry>

registerProblems(LINK_PROBLEMS)

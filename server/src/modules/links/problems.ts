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
  ACCESS_NOT_FOUND: {
    status: 404,
    title: 'No access of this partner',
    cause: 'The partner with this id has no access to the organisation, or had none left.',
    remedy: 'Read who has access; what has ended already needs no stop.',
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
  LINK_WITH_ITSELF: {
    status: 409,
    title: 'The two are one',
    cause: 'The organisation said that it is this partner itself, and the partner accepted that.',
    remedy: 'Its apps use its accounts without a link. End that the two are one if that is wrong.',
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
  REVIEW_OVERDUE: {
    status: 409,
    title: 'Access review overdue',
    cause: 'Every 180 days the organisation confirms that an access is still right; that is overdue.',
    remedy: 'An admin of the organisation confirms the access; then it can be renewed or resumed.',
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
    cause:
      'The organisation asks for two people where a partner gets more, by its rules or because the role is full, and one has agreed so far.',
    remedy: 'Ask another admin of the organisation to approve.',
  },
  RULES_NOT_WAITING: {
    status: 409,
    title: 'Nothing waits',
    cause: 'No looser rules wait for a second person: they were answered, changed, or not answered in time.',
    remedy: 'Read the rules, and ask again where they should be looser.',
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
  ASSIGNED_BY_TEAM: {
    status: 409,
    title: 'Assigned by a team',
    cause: 'The person is not assigned directly: a team brings the person into this link.',
    remedy: 'Take the person out of the team, or the link from the team.',
  },
  ABOVE_LINK_ROLE: {
    status: 409,
    title: "Above the link's role",
    cause: "A person's own role in a link reaches no further than the role of the link.",
    remedy: 'Choose a smaller role, or ask the tenant to widen the link.',
  },
  CALENDAR_NOT_FOUND: {
    status: 404,
    title: 'Calendar address not found',
    cause: 'You have no calendar address with this id, or took it back.',
    remedy: 'Check the id in the list of your calendar addresses.',
  },
  DISTRIBUTOR_NOT_FOUND: {
    status: 404,
    title: 'Distributor not found',
    cause: 'No active partner has this code.',
    remedy: 'Ask the distributor for its code.',
  },
  TEMPLATE_NOT_FOUND: {
    status: 404,
    title: 'Template not found',
    cause: 'Your organisation keeps no template with this id.',
    remedy: 'Check the id in the list of templates.',
  },
  TEMPLATE_NAME_TAKEN: {
    status: 409,
    title: 'Name taken',
    cause: 'Your organisation has a template with this name already.',
    remedy: 'Choose another name, or change the existing template.',
  },
  INVITATION_CODE_NOT_FOUND: {
    status: 404,
    title: 'Invitation code not found',
    cause: 'Your organisation has no invitation code with this id.',
    remedy: 'Check the id in the list of invitation codes.',
  },
  INVITATION_CODE_OVER: {
    status: 409,
    title: 'Invitation code over',
    cause: 'The code was used, withdrawn or ran out already.',
    remedy: 'Read the list of invitation codes; make another one where a partner should still ask.',
  },
  INVITATION_CODE_LIMIT_REACHED: {
    status: 409,
    title: 'Too many invitation codes',
    cause: 'An organisation has at most 20 open invitation codes.',
    remedy: 'Withdraw one that nobody needs any more.',
  },
  PARTNER_NOT_INVITED: {
    status: 404,
    title: 'Partner not found',
    cause: 'No active partner has this code.',
    remedy: 'Ask the partner for its code.',
  },
} as const satisfies Record<string, ProblemEntry>

registerProblems(LINK_PROBLEMS)

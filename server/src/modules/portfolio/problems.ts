import { registerProblems } from '#platform/problem.ts'
import type { ProblemEntry } from '#platform/problem.ts'

/** The problem codes of how a partner arranges its people and its tenants. */
const PORTFOLIO_PROBLEMS = {
  GROUP_NOT_FOUND: {
    status: 404,
    title: 'Group not found',
    cause: 'Your organisation has no group of tenants with this id.',
    remedy: 'Check the id in the list of groups.',
  },
  GROUP_NAME_TAKEN: {
    status: 409,
    title: 'Name taken',
    cause: 'Your organisation has a group with this name already.',
    remedy: 'Choose another name, or change the existing group.',
  },
  TEAM_NOT_FOUND: {
    status: 404,
    title: 'Team not found',
    cause: 'Your organisation has no team with this id.',
    remedy: 'Check the id in the list of teams.',
  },
  TEAM_NAME_TAKEN: {
    status: 409,
    title: 'Name taken',
    cause: 'Your organisation has a team with this name already.',
    remedy: 'Choose another name, or change the existing team.',
  },
  VIEW_NOT_FOUND: {
    status: 404,
    title: 'View not found',
    cause: 'You have saved no view with this id.',
    remedy: 'Check the id in the list of your views.',
  },
  VIEW_NAME_TAKEN: {
    status: 409,
    title: 'Name taken',
    cause: 'You have a view of this screen with this name already.',
    remedy: 'Choose another name, or change the existing view.',
  },
} as const satisfies Record<string, ProblemEntry>

registerProblems(PORTFOLIO_PROBLEMS)

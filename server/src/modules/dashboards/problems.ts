import { registerProblems } from '#platform/problem.ts'

const DASHBOARD_PROBLEMS = {
  DASHBOARD_KEY_REFUSED: {
    status: 403,
    title: 'Not with this key',
    cause: 'The key hands records in and makes no tokens for dashboards.',
    remedy: 'Make a key with `makes_dashboard_tokens`, which does nothing else.',
  },
  DASHBOARD_OFF: {
    status: 409,
    title: 'Embedded dashboard switched off',
    cause: 'The settings of the program do not let a product show partners their figures.',
    remedy: 'Switch the embedded dashboard on in the settings of the program.',
  },
  DASHBOARD_WITHOUT_SITE: {
    status: 409,
    title: 'No site may show the dashboard',
    cause: 'The settings of the program name no site that may hold the frame.',
    remedy:
      'Name the origin of your product in the settings of the program, for example https://app.example.com.',
  },
  DASHBOARD_PARTNER_STOPPED: {
    status: 409,
    title: 'Partner not active',
    cause: 'The partner is suspended or terminated, or its access is frozen.',
    remedy: 'Show no dashboard until the partner is active again.',
  },
  DASHBOARD_TOKEN_INVALID: {
    status: 401,
    title: 'The dashboard cannot be shown',
    cause: 'The token is missing, has ended, or does not count at present.',
    remedy: 'Load the page again; its server asks for a new token.',
  },
  DASHBOARD_PLACE_REFUSED: {
    status: 403,
    title: 'Not on this website',
    cause: 'The request did not come from the frame on one of the sites that the provider named.',
    remedy: 'Show the frame on a site that the settings of the program name.',
  },
} as const

registerProblems(DASHBOARD_PROBLEMS)

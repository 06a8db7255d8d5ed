import { registerProblems } from '#platform/problem.ts'

const GATEWAY_PROBLEMS = {
  GATEWAY_UNAUTHORIZED: {
    status: 401,
    title: 'Gateway not known',
    cause:
      'The credential in `X-Gateway-Authorization` is missing, unknown or disabled, or comes from another address.',
    remedy: 'Register the gateway, or give it the credential that was issued last.',
  },
  FORWARDED_REQUEST_UNREADABLE: {
    status: 400,
    title: 'Forwarded request not readable',
    cause: 'A field that describes the original request is missing, comes twice or contradicts another.',
    remedy: 'Compare the configuration of the gateway with the reference configuration.',
  },
  PATH_REFUSED: {
    status: 403,
    title: 'Path refused',
    cause:
      'The path can be read in two ways: it climbs, doubles a slash, or hides a character by encoding it. Or the query asks for another method, as `_method` does.',
    remedy: 'Send the path in its plain form.',
  },
  ROUTE_NOT_REGISTERED: {
    status: 403,
    title: 'Not open to API clients',
    cause: 'No such method and path is registered for this API.',
    remedy: 'Compare method and path with the API reference; its provider registers what may be called.',
  },
  PEP_NOT_TRUSTED: {
    status: 403,
    title: 'Not registered for searches',
    cause:
      'Only an enforcement point that is registered as trusted may search, or ask without an access token.',
    remedy: 'Pass the access token, or have the gateway registered as trusted.',
  },
  GATEWAY_NOT_FOUND: {
    status: 404,
    title: 'No such gateway',
    cause: 'There is no gateway with this id.',
    remedy: 'List the gateways and take an id from there.',
  },
  UPSTREAM_NOT_FOUND: {
    status: 404,
    title: 'No such upstream',
    cause: 'There is no protected upstream of this name.',
    remedy: 'Register it first.',
  },
  GATEWAY_NAME_TAKEN: {
    status: 409,
    title: 'Name of a gateway taken',
    cause: 'There is a gateway with this name.',
    remedy: 'Give it another name, or change the one that is there.',
  },
  UPSTREAM_ORIGIN_TAKEN: {
    status: 409,
    title: 'Origin taken',
    cause: 'Another upstream is registered at this origin.',
    remedy: 'Add the routes to that upstream, or give this one an origin of its own.',
  },
  UPSTREAM_AUDIENCE_TAKEN: {
    status: 409,
    title: 'Audience taken',
    cause: 'Another upstream has this audience.',
    remedy: 'Give each upstream an audience of its own.',
  },
} as const

registerProblems(GATEWAY_PROBLEMS)

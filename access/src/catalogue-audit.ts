/** Following the audit log, for programs of those whose log it is. Source: reliability.md section 1. */
export const AUDIT_PERMISSIONS = [
  {
    name: 'api.audit.read',
    bit: 164,
    sentence: "Follow the organisation's own audit log",
  },
] as const

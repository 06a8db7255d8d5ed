import { has, permissionsOf } from './mask.ts'
import type { Permission } from './permissions.ts'
import type { RefusalCode } from './refusals.ts'
import { memberMask } from './roles.ts'
import type { PartnerRole, PlatformRole } from './roles.ts'

/** Who takes part in the partner program. The provider's role is its own: it never stands for a partner's. Source: D1. */
export type ProgramRole = PartnerRole | PlatformRole

/** One permission of source 3 by its own name, with the product's permission for the provider's people and for a partner's; null where that side never has it. */
export interface SourcePermission {
  readonly name: string
  readonly provider: Permission | null
  readonly partner: Permission | null
}

const alias = (name: string, provider: Permission | null, partner: Permission | null): SourcePermission => ({
  name,
  provider,
  partner,
})

/** The permissions of source 3 under the names of the product. Source: program.md section 11. */
export const SOURCE_PERMISSIONS: readonly SourcePermission[] = Object.freeze([
  alias('canViewPartner', 'platform.partners.read', 'partner_org.profile.read'),
  alias('canEditPartner', 'platform.partners.manage', 'partner_org.profile.update'),
  alias('canManagePartnerUsers', 'platform.partners.manage', 'partner_org.members.manage'),
  alias('canViewPartnerUsers', 'platform.partners.read', 'partner_org.members.read'),
  alias('canSignAgreement', null, 'partner_org.agreements.sign'),
  alias('canDraftAgreement', 'platform.agreements.draft', null),
  alias('canApproveAgreement', 'platform.agreements.approve', null),
  alias('canViewAgreement', 'platform.agreements.read', 'partner_org.agreements.read'),
  alias('canViewAgreementHistory', 'platform.agreements.read', 'partner_org.agreements.history.read'),
  alias('canViewReferrals', 'platform.referrals.read', 'partner_org.referrals.read'),
  alias('canViewAllReferrals', 'platform.referrals.read', 'partner_org.referrals.read_all'),
  alias('canCreateReferralCodes', 'platform.referrals.manage', 'partner_org.codes.create'),
  alias('canManageCodes', 'platform.referrals.manage', 'partner_org.codes.manage'),
  alias('canViewEarnings', 'platform.earnings.read', 'partner_org.earnings.summary.read'),
  alias('canViewAllEarnings', 'platform.earnings.read', 'partner_org.earnings.read'),
  alias('canExportEarnings', 'platform.earnings.read', 'partner_org.earnings.export'),
  alias('canApproveEarnings', 'platform.earnings.approve', null),
  alias('canRunPayouts', 'platform.payouts.run', null),
  alias('canManagePayoutAccount', null, 'partner_org.payout_account.manage'),
  alias('canViewPartnerAudit', 'platform.audit.read', 'partner_org.audit.read'),
  alias('canApprovePartner', 'platform.applications.decide', null),
  alias('canSuspendPartner', 'platform.partners.manage', null),
  alias('canTerminatePartner', 'platform.partners.manage', null),
  alias('canSetFeatureOverride', 'platform.features.manage', null),
  alias('canChooseFeature', 'platform.features.manage', 'partner_org.features.choose'),
])

/** The refusals of source 3 by its own names, with the product's codes. Source: program.md section 11. */
export const SOURCE_REFUSALS: readonly (readonly [name: string, code: RefusalCode])[] = Object.freeze([
  ['session.missing', 'UNAUTHORIZED'],
  ['member.inactive', 'PERSON_INACTIVE'],
  ['partner.not_active', 'PARTNER_INACTIVE'],
  ['partner.not_member', 'WRONG_PLANE'],
  ['partner.other', 'WRONG_PLANE'],
  ['permission.missing', 'PERMISSION_DENIED'],
])

/** Everything that a role may do in the partner program: of the provider's role only what is the provider's. */
export function getPartnerPermissions(role: ProgramRole): readonly Permission[] {
  return permissionsOf(memberMask(role))
}

/** Whether a role gives this permission. `decide` answers for a request; this answers what a role is for. */
export function hasPartnerPermission(role: ProgramRole, permission: Permission): boolean {
  return has(memberMask(role), permission)
}

/**
 * The permission by which a role has what source 3 calls so; null when it has not. The provider's role is looked up
 * among the provider's permissions alone, so that it never signs for a partner (F2).
 */
export function findSourcePermission(role: ProgramRole, name: string): Permission | null {
  const found = SOURCE_PERMISSIONS.find((entry) => entry.name === name)
  const permission = role === 'SUPER_ADMIN' ? found?.provider : found?.partner
  return permission && hasPartnerPermission(role, permission) ? permission : null
}

/**
 * Whether a member of a partner sees a tenant's internals through the partner program: never. What a tenant opens, it
 * opens by a delegation, which no role, code, referral or earning is part of (product.md, the one rule).
 */
export function canViewTenantInternals(_role: PartnerRole): false {
  return false
}

function sign(role: ProgramRole, { name }: SourcePermission): string {
  const permission = findSourcePermission(role, name)
  return permission === null ? '✘' : `✔ \`${permission}\``
}

/** The matrix of the partner program and its other names as a Markdown page, from the roles as they are. */
export function programMatrixMarkdown(): string {
  const roles: readonly ProgramRole[] = ['SUPER_ADMIN', 'PARTNER_OWNER', 'PARTNER_STAFF']
  const rows = SOURCE_PERMISSIONS.map((entry) =>
    [`\`${entry.name}\``, ...roles.map((role) => sign(role, entry))].join(' | '),
  )
  const internals = canViewTenantInternals('PARTNER_OWNER') ? '✔' : '✘'
  return [
    '# Permissions of the partner program',
    'For reviewers who know the source document of the partner program by its names.',
    'Generated from the catalogue and the roles. The names in the first column are those of the source document; the product decides by the names in the cells. A cell holds for a member of the partner in question, or for somebody of the provider; nobody has both at once in one request.',
    [
      `| Name in the source | ${roles.join(' | ')} |`,
      `| --- | --- | --- | --- |`,
      ...rows.map((row) => `| ${row} |`),
      `| \`canViewTenantInternals\` | not asked | ${internals} | ${internals} |`,
    ].join('\n'),
    'Staff see referrals of their own codes, the agreement in force and totals of earnings; which rows that is, the database decides (`tests/program-matrix.test.ts`).',
    '## Refusals',
    'The source has names of its own for refusals; these are the codes that the product answers with. A partner that is not your own and one that does not exist get the same answer.',
    [
      '| Name in the source | Code |',
      '| --- | --- |',
      ...SOURCE_REFUSALS.map(([name, code]) => `| \`${name}\` | \`${code}\` |`),
    ].join('\n'),
  ]
    .join('\n\n')
    .concat('\n')
}

import { expect, test } from 'vitest'
import {
  canViewTenantInternals,
  findSourcePermission,
  getPartnerPermissions,
  hasPartnerPermission,
  SOURCE_PERMISSIONS,
} from './program.ts'
import { findPermission } from './permissions.ts'

/** The matrix of program.md section 11, typed by hand: provider, owner, staff. */
const MATRIX: Readonly<Record<string, string>> = {
  canViewPartner: '✔✔✔',
  canEditPartner: '✔✔✘',
  canManagePartnerUsers: '✔✔✘',
  canViewPartnerUsers: '✔✔✘',
  canSignAgreement: '✘✔✘',
  canDraftAgreement: '✔✘✘',
  canApproveAgreement: '✔✘✘',
  canViewAgreement: '✔✔✔',
  canViewAgreementHistory: '✔✔✘',
  canViewReferrals: '✔✔✔',
  canViewAllReferrals: '✔✔✘',
  canCreateReferralCodes: '✔✔✔',
  canManageCodes: '✔✔✘',
  canViewEarnings: '✔✔✔',
  canViewAllEarnings: '✔✔✘',
  canExportEarnings: '✔✔✘',
  canApproveEarnings: '✔✘✘',
  canRunPayouts: '✔✘✘',
  canManagePayoutAccount: '✘✔✘',
  canViewPartnerAudit: '✔✔✘',
  canApprovePartner: '✔✘✘',
  canSuspendPartner: '✔✘✘',
  canTerminatePartner: '✔✘✘',
  canSetFeatureOverride: '✔✘✘',
  canChooseFeature: '✔✔✘',
}

const ROLES = ['SUPER_ADMIN', 'PARTNER_OWNER', 'PARTNER_STAFF'] as const

test('each role has exactly what the matrix of the specification says (D1)', () => {
  const built = Object.fromEntries(
    SOURCE_PERMISSIONS.map(({ name }) => [
      name,
      ROLES.map((role) => (findSourcePermission(role, name) === null ? '✘' : '✔')).join(''),
    ]),
  )
  expect(built).toEqual(MATRIX)
})

test('the provider’s role has no permission of a partner, so it is never mapped to an owner and never signs (D1, F2)', () => {
  const planes = getPartnerPermissions('SUPER_ADMIN').map((name) => findPermission(name)?.plane)
  expect(new Set(planes)).toEqual(new Set(['platform']))
  expect(hasPartnerPermission('SUPER_ADMIN', 'partner_org.agreements.sign')).toBe(false)
  expect(hasPartnerPermission('PARTNER_OWNER', 'platform.agreements.approve')).toBe(false)
})

test('staff have less than owners, and neither sees a tenant’s internals (D2)', () => {
  const [owner, staff] = [getPartnerPermissions('PARTNER_OWNER'), getPartnerPermissions('PARTNER_STAFF')]
  expect(staff.every((name) => owner.includes(name))).toBe(true)
  expect(staff.length).toBeLessThan(owner.length)
  for (const role of ['PARTNER_OWNER', 'PARTNER_STAFF'] as const) {
    expect(canViewTenantInternals(role)).toBe(false)
    expect(getPartnerPermissions(role).every((name) => name.startsWith('partner_org.'))).toBe(true)
  }
})

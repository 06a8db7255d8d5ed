export interface paths {
    "/api/v1/admin/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The whole audit log */
        get: operations["getAdminAudit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/admin/audit/checkpoints": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The signed checkpoints of the audit log, newest first */
        get: operations["getAdminAuditCheckpoints"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/admin/audit/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The same as a file */
        get: operations["getAdminAuditExport"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/admin/ingest-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the keys of the systems that hand records in */
        get: operations["getAdminIngestKeys"];
        put?: never;
        /** Make a key with which a system of the provider hands records in */
        post: operations["postAdminIngestKeys"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/admin/ingest-keys/{key_id}/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End an ingest key at once */
        post: operations["postAdminIngestKeysByKeyIdRevoke"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/admin/partner-access/explain": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Why anybody can or cannot do something in a tenant */
        post: operations["postAdminPartnerAccessExplain"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/admin/partner-access/explain/{explain_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Any decision as it was */
        get: operations["getAdminPartnerAccessExplainByExplainId"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/admin/partner-access/freezes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Every freeze, whoever set it */
        get: operations["getAdminPartnerAccessFreezes"];
        put?: never;
        /** Block the platform, a partner, a tenant, a delegation or a person */
        post: operations["postAdminPartnerAccessFreezes"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/admin/partner-access/freezes/{freeze_id}/lift": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Lift a freeze of the provider; the one over everything takes two people */
        post: operations["postAdminPartnerAccessFreezesByFreezeIdLift"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/admin/partner-access/links": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Every link, without the data behind it */
        get: operations["getAdminPartnerAccessLinks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/admin/partner-access/links/{link_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One link with its people and history */
        get: operations["getAdminPartnerAccessLinksByLinkId"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/admin/partner-access/links/{link_id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Resume a link that the provider suspended */
        post: operations["postAdminPartnerAccessLinksByLinkIdResume"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/admin/partner-access/links/{link_id}/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Stop a link for good */
        post: operations["postAdminPartnerAccessLinksByLinkIdRevoke"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/admin/partner-access/links/{link_id}/suspend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Suspend a link */
        post: operations["postAdminPartnerAccessLinksByLinkIdSuspend"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/admin/partners": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The registry of partners */
        get: operations["getAdminPartners"];
        put?: never;
        /** Register a partner */
        post: operations["postAdminPartners"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/admin/partners/{partner_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One partner with its members */
        get: operations["getAdminPartnersByPartnerId"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/admin/partners/{partner_id}/reactivate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Let a suspended partner work again */
        post: operations["postAdminPartnersByPartnerIdReactivate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/admin/partners/{partner_id}/suspend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Suspend a partner: its people act nowhere from the next request on */
        post: operations["postAdminPartnersByPartnerIdSuspend"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/admin/tenants": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Every tenant, without its data */
        get: operations["getAdminTenants"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/admin/tenants/{tenant_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One tenant and who has access to it */
        get: operations["getAdminTenantsByTenantId"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/ingest/billing_accounts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Hand in billing accounts */
        post: operations["postIngestBillingAccounts"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/ingest/invoices": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Hand in invoices */
        post: operations["postIngestInvoices"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/ingest/outages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Hand in outages */
        post: operations["postIngestOutages"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/ingest/payments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Hand in payments */
        post: operations["postIngestPayments"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/ingest/subscribers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Hand in subscribers */
        post: operations["postIngestSubscribers"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/ingest/tenants": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Hand in tenants */
        post: operations["postIngestTenants"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/ingest/tickets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Hand in tickets */
        post: operations["postIngestTickets"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/ingest/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Hand in daily usage */
        post: operations["postIngestUsage"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The signed-in person, the frames to enter and the permissions in one of them */
        get: operations["getMe"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The OpenAPI document of this API */
        get: operations["getOpenapi.json"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/partner/access/explain": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Why the person, or a colleague, can or cannot do something in a tenant */
        post: operations["postPartnerAccessExplain"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/partner/access/explain/{explain_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A decision as it was */
        get: operations["getPartnerAccessExplainByExplainId"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/partner/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the partner's own people did, in every tenant, and what was done about the partner */
        get: operations["getPartnerAudit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/partner/audit/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The same as a file */
        get: operations["getPartnerAuditExport"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/partner/billing/invoices": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Invoices of all customers, with sums per currency */
        get: operations["getPartnerBillingInvoices"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/partner/billing/invoices/{invoice_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One invoice with its payments */
        get: operations["getPartnerBillingInvoicesByInvoiceId"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/partner/context": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What the person may do in one tenant now */
        post: operations["postPartnerContext"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/partner/context/tenants": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The tenants that the person is assigned to, found by name or code */
        get: operations["getPartnerContextTenants"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/partner/customers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Customers that the caller may work in now, with their figures */
        get: operations["getPartnerCustomers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/partner/customers/{tenant_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One customer with the terms of the link */
        get: operations["getPartnerCustomersByTenantId"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/partner/links": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the links of the own partner, live ones first */
        get: operations["getPartnerLinks"];
        put?: never;
        /** Ask a tenant for a link */
        post: operations["postPartnerLinks"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/partner/links/{link_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a link with its people, changes and history */
        get: operations["getPartnerLinksByLinkId"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/partner/links/{link_id}/accept": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Accept a tenant's invitation */
        post: operations["postPartnerLinksByLinkIdAccept"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/partner/links/{link_id}/changes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The changes that were asked for on a link */
        get: operations["getPartnerLinksByLinkIdChanges"];
        put?: never;
        /** Change a link: less holds at once, more waits for the tenant */
        post: operations["postPartnerLinksByLinkIdChanges"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/partner/links/{link_id}/changes/{change_request_id}/withdraw": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take a change request back */
        post: operations["postPartnerLinksByLinkIdChangesByChangeRequestIdWithdraw"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/partner/links/{link_id}/members": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The people who may use a link */
        get: operations["getPartnerLinksByLinkIdMembers"];
        /** Say who may use a link */
        put: operations["putPartnerLinksByLinkIdMembers"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/partner/links/{link_id}/renew": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ask the tenant to extend a link */
        post: operations["postPartnerLinksByLinkIdRenew"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/partner/links/{link_id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Resume a link that your side suspended */
        post: operations["postPartnerLinksByLinkIdResume"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/partner/links/{link_id}/suspend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Suspend a link */
        post: operations["postPartnerLinksByLinkIdSuspend"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/partner/links/{link_id}/terminate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End a link */
        post: operations["postPartnerLinksByLinkIdTerminate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/partner/links/{link_id}/withdraw": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take a request back */
        post: operations["postPartnerLinksByLinkIdWithdraw"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/partner/members": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The members of the caller's partner */
        get: operations["getPartnerMembers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/partner/members/invite": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Invite somebody into the caller's partner */
        post: operations["postPartnerMembersInvite"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/partner/permissions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Every permission that a link can give */
        get: operations["getPartnerPermissions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/partner/provisioning/subscribers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Subscribers of one customer */
        get: operations["getPartnerProvisioningSubscribers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/partner/roles": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Every role that a link can have */
        get: operations["getPartnerRoles"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/partner/support/assignees": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Colleagues to whom a ticket of the customer acted in can be given */
        get: operations["getPartnerSupportAssignees"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/partner/support/tickets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Tickets of all customers, with counts */
        get: operations["getPartnerSupportTickets"];
        put?: never;
        /** Open a ticket on behalf of the customer acted in */
        post: operations["postPartnerSupportTickets"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/partner/support/tickets/{ticket_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One ticket of the customer acted in */
        get: operations["getPartnerSupportTicketsByTicketId"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Change, assign or answer a ticket of the customer acted in */
        patch: operations["patchPartnerSupportTicketsByTicketId"];
        trace?: never;
    };
    "/api/v1/partner/support/tickets/{ticket_id}/comments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Comment on a ticket of the customer acted in, whatever its version */
        post: operations["postPartnerSupportTicketsByTicketIdComments"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenant/billing/invoices": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The organisation's own invoices */
        get: operations["getTenantBillingInvoices"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenant/billing/invoices/{invoice_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One of the organisation's own invoices with its payments */
        get: operations["getTenantBillingInvoicesByInvoiceId"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenant/home": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The own organisation at a glance: who has access, and what is open */
        get: operations["getTenantHome"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenant/members/invite": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Invite somebody into the own organisation */
        post: operations["postTenantMembersInvite"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenant/partner-access/access/explain": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Why a partner's person can or cannot do something in the own organisation */
        post: operations["postTenantPartnerAccessAccessExplain"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenant/partner-access/access/explain/{explain_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A decision about the own organisation as it was */
        get: operations["getTenantPartnerAccessAccessExplainByExplainId"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenant/partner-access/activity": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What was done in this organisation, by partners and by its own people */
        get: operations["getTenantPartnerAccessActivity"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenant/partner-access/activity/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The same as a file */
        get: operations["getTenantPartnerAccessActivityExport"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenant/partner-access/changes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What partners ask to change */
        get: operations["getTenantPartnerAccessChanges"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenant/partner-access/changes/{change_request_id}/approve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Allow what a partner asked to change */
        post: operations["postTenantPartnerAccessChangesByChangeRequestIdApprove"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenant/partner-access/changes/{change_request_id}/decline": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Leave a link as it is */
        post: operations["postTenantPartnerAccessChangesByChangeRequestIdDecline"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenant/partner-access/freeze": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Block one partner, or all partners, from the next request on */
        post: operations["postTenantPartnerAccessFreeze"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenant/partner-access/freeze/{freeze_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Lift a freeze of the own organisation */
        delete: operations["deleteTenantPartnerAccessFreezeByFreezeId"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenant/partner-access/freezes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The freezes that the own organisation set */
        get: operations["getTenantPartnerAccessFreezes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenant/partner-access/links": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who has access to the own organisation, in plain words */
        get: operations["getTenantPartnerAccessLinks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenant/partner-access/links/invite": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Invite a partner */
        post: operations["postTenantPartnerAccessLinksInvite"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenant/partner-access/links/{link_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One link with its people, history, waiting changes and what its approver saw */
        get: operations["getTenantPartnerAccessLinksByLinkId"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Change what a link allows; more asks for the permission to approve */
        patch: operations["patchTenantPartnerAccessLinksByLinkId"];
        trace?: never;
    };
    "/api/v1/tenant/partner-access/links/{link_id}/approve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Allow what was asked, or less */
        post: operations["postTenantPartnerAccessLinksByLinkIdApprove"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenant/partner-access/links/{link_id}/decline": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Decline a request */
        post: operations["postTenantPartnerAccessLinksByLinkIdDecline"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenant/partner-access/links/{link_id}/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What a choice would make possible, before it is made */
        post: operations["postTenantPartnerAccessLinksByLinkIdPreview"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenant/partner-access/links/{link_id}/renew": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Extend a link, also within 30 days after its end */
        post: operations["postTenantPartnerAccessLinksByLinkIdRenew"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenant/partner-access/links/{link_id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Resume a link that your side suspended */
        post: operations["postTenantPartnerAccessLinksByLinkIdResume"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenant/partner-access/links/{link_id}/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Stop a link for good */
        post: operations["postTenantPartnerAccessLinksByLinkIdRevoke"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenant/partner-access/links/{link_id}/suspend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Suspend a link */
        post: operations["postTenantPartnerAccessLinksByLinkIdSuspend"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenant/partner-access/links/{link_id}/withdraw": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take an invitation back */
        post: operations["postTenantPartnerAccessLinksByLinkIdWithdraw"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenant/partner-access/policy": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The rules for partner access */
        get: operations["getTenantPartnerAccessPolicy"];
        /** Change the rules for partner access; they hold for every link at once */
        put: operations["putTenantPartnerAccessPolicy"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenant/partner-access/roles": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Every role that a partner can be given */
        get: operations["getTenantPartnerAccessRoles"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenant/partner-access/stop-all": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Stop every partner now, in one step */
        post: operations["postTenantPartnerAccessStopAll"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenant/support/assignees": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** People to whom a ticket of the organisation can be given */
        get: operations["getTenantSupportAssignees"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenant/support/tickets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The organisation's own tickets, with counts */
        get: operations["getTenantSupportTickets"];
        put?: never;
        /** Open a ticket of the own organisation */
        post: operations["postTenantSupportTickets"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenant/support/tickets/{ticket_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One of the organisation's own tickets, internal notes included */
        get: operations["getTenantSupportTicketsByTicketId"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Change, assign or answer a ticket of the own organisation */
        patch: operations["patchTenantSupportTicketsByTicketId"];
        trace?: never;
    };
    "/api/v1/tenant/support/tickets/{ticket_id}/comments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Comment on a ticket of the own organisation, whatever its version */
        post: operations["postTenantSupportTicketsByTicketIdComments"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Problem: {
            type: string;
            title: string;
            status: number;
            code: string;
            detail: string;
            request_id: string;
            timestamp: string;
            errors?: components["schemas"]["FieldFault"][];
            explain_id?: string;
            next_step?: string;
            details?: {
                [key: string]: unknown;
            };
        };
        ActivityPage: {
            items: components["schemas"]["ActivityItem"][];
            next_cursor: string | null;
            limit: number;
            /** @description The time that was looked at, the end excluded; older events need `from`. */
            window: {
                from: string;
                to: string;
                is_default: boolean;
            };
        };
        ActivityItem: {
            event_id: string;
            occurred_at: string;
            sentence: string;
            action: string;
            /** @enum {string} */
            outcome: "allowed" | "denied" | "error";
            code: string | null;
            person_id: string | null;
            person_name: string | null;
            partner_id: string | null;
            partner_name: string | null;
            tenant_id: string | null;
            tenant_name: string | null;
            role: string | null;
            permission: string | null;
            resource: {
                type: string;
                id: string | null;
                label: string | null;
            } | null;
            row_count: number | null;
            /** @description How many times in a row; repeats within 60 seconds are counted. */
            repeats: number;
            changes: {
                [key: string]: unknown;
            } | null;
            request_id: string | null;
            source: string;
            explain_id: string | null;
            /** @description Only for acts of the own side. */
            ip: string | null;
            /** @description Only for acts of the own side. */
            reason: string | null;
        };
        Money: {
            /** @description Minor units, for example cents. */
            amount_minor: number;
            currency: string;
        };
        Me: {
            person: {
                id: string;
                name: string;
                email: string;
                /** @enum {string} */
                factor: "none" | "otp" | "phishing_resistant";
                factor_at: string | null;
                shortcuts: boolean;
            };
            frames: ({
                /** @constant */
                kind: "platform";
                /** @constant */
                role: "SUPER_ADMIN";
            } | {
                /** @constant */
                kind: "partner";
                id: string;
                name: string;
                slug: string;
                /** @enum {string} */
                role: "PARTNER_OWNER" | "PARTNER_STAFF";
                kinds: string[];
            } | {
                /** @constant */
                kind: "org";
                id: string;
                name: string;
                slug: string;
                /** @enum {string} */
                role: "TENANT_ADMIN" | "TENANT_USER";
            })[];
            partner_id: string | null;
            managed_tenant_ids: string[];
            active_managed_tenant_id: string | null;
            permissions: string[];
            demo: boolean;
        };
        InvoicePage: {
            items: components["schemas"]["Invoice"][];
            total: number;
            limit: number;
            offset: number;
            has_more: boolean;
            next_cursor: string | null;
            aggregates: {
                currency: string;
                total_amount: components["schemas"]["Money"];
                paid_amount: components["schemas"]["Money"];
                outstanding_amount: components["schemas"]["Money"];
                overdue_amount: components["schemas"]["Money"];
                invoice_count: number;
            }[];
            scope: components["schemas"]["Scope"];
        };
        Invoice: {
            invoice_id: string;
            invoice_number: string;
            tenant_id: string;
            tenant_name: string;
            customer_id: string | null;
            customer_name: string | null;
            billing_account: string | null;
            invoice_date: string;
            due_date: string;
            /** @enum {string} */
            status: "draft" | "finalized" | "partially_paid" | "overdue" | "paid" | "cancelled";
            subtotal: components["schemas"]["Money"];
            tax: components["schemas"]["Money"];
            total: components["schemas"]["Money"];
            paid_amount: components["schemas"]["Money"];
            balance: components["schemas"]["Money"];
            currency: string;
            payment_date: string | null;
            days_overdue: number;
            /** @enum {string|null} */
            ageing_bucket: "current" | "1-30" | "31-60" | "61-90" | "90+" | null;
            created_at: string;
        };
        Scope: {
            tenant_count: number;
            excluded: {
                tenant_id: string;
                tenant_name: string;
                reason: string;
            }[];
        };
        InvoiceDetail: {
            invoice_id: string;
            invoice_number: string;
            tenant_id: string;
            tenant_name: string;
            customer_id: string | null;
            customer_name: string | null;
            billing_account: string | null;
            invoice_date: string;
            due_date: string;
            /** @enum {string} */
            status: "draft" | "finalized" | "partially_paid" | "overdue" | "paid" | "cancelled";
            subtotal: components["schemas"]["Money"];
            tax: components["schemas"]["Money"];
            total: components["schemas"]["Money"];
            paid_amount: components["schemas"]["Money"];
            balance: components["schemas"]["Money"];
            currency: string;
            payment_date: string | null;
            days_overdue: number;
            /** @enum {string|null} */
            ageing_bucket: "current" | "1-30" | "31-60" | "61-90" | "90+" | null;
            created_at: string;
            payments: {
                payment_id: string;
                amount: components["schemas"]["Money"];
                received_at: string;
                method: string;
            }[] | null;
            withheld: "payments"[];
        };
        CustomerPage: {
            items: components["schemas"]["Customer"][];
            total: number;
            limit: number;
            offset: number;
            has_more: boolean;
            aggregates: {
                outstanding: components["schemas"]["Money"][];
                overdue: components["schemas"]["Money"][];
                open_tickets: number;
                tickets_at_risk: number;
                tenants: number;
            };
            scope: components["schemas"]["Scope"];
        };
        Customer: {
            tenant_id: string;
            name: string;
            slug: string;
            domain: string | null;
            /** @enum {string} */
            status: "active" | "suspended" | "trial" | "closed";
            plan_type: string;
            created_at: string;
            updated_at: string;
            relationship: {
                link_id: string;
                /** @enum {string} */
                access_role: "msp_full" | "msp_billing" | "msp_support" | "enterprise_hq" | "auditor" | "reseller" | "delegate";
                /** @enum {string} */
                relationship_type: "msp_managed" | "enterprise_subsidiary" | "reseller_channel" | "audit_only";
                /** @enum {string} */
                status: "requested" | "approved" | "active" | "suspended" | "expired" | "revoked" | "declined" | "withdrawn" | "lapsed";
                start_date: string;
                end_date: string | null;
                expires_in_days: number | null;
            };
            assigned: boolean;
            my_permissions: string[];
            metrics: {
                outstanding: components["schemas"]["Money"][] | null;
                overdue: components["schemas"]["Money"][] | null;
                open_tickets: number | null;
                /** @description Three quarters or more of the promised time used up, missed ones included. */
                tickets_at_risk: number | null;
                sla_breach_count_30d: number | null;
                total_subscribers: number | null;
                active_subscribers: number | null;
            };
            withheld: ("billing" | "support" | "provisioning" | "sla" | "contacts")[];
            sla: {
                /** @enum {string|null} */
                state: "ok" | "at_risk" | "breached" | null;
            };
            billing: {
                /** @enum {string} */
                billing_cycle: "monthly" | "quarterly" | "annual";
                current_mrr: components["schemas"]["Money"] | null;
                last_invoice_date: string | null;
                next_invoice_date: string | null;
            } | null;
        };
        CustomerDetail: {
            tenant_id: string;
            name: string;
            slug: string;
            domain: string | null;
            /** @enum {string} */
            status: "active" | "suspended" | "trial" | "closed";
            plan_type: string;
            created_at: string;
            updated_at: string;
            relationship: {
                link_id: string;
                /** @enum {string} */
                access_role: "msp_full" | "msp_billing" | "msp_support" | "enterprise_hq" | "auditor" | "reseller" | "delegate";
                /** @enum {string} */
                relationship_type: "msp_managed" | "enterprise_subsidiary" | "reseller_channel" | "audit_only";
                /** @enum {string} */
                status: "requested" | "approved" | "active" | "suspended" | "expired" | "revoked" | "declined" | "withdrawn" | "lapsed";
                start_date: string;
                end_date: string | null;
                expires_in_days: number | null;
                custom_permissions: {
                    [key: string]: boolean;
                };
                sla_response_hours: number | null;
                sla_uptime_target: number | null;
                notify_on_sla_breach: boolean;
                notify_on_billing_threshold: boolean;
                billing_alert_threshold: components["schemas"]["Money"] | null;
            };
            assigned: boolean;
            my_permissions: string[];
            contact: {
                name: string | null;
                email: string | null;
                phone: string | null;
                billing_email: string | null;
            } | null;
            address: {
                line1: string | null;
                city: string | null;
                state_province: string | null;
                postal_code: string | null;
                country: string | null;
            } | null;
            metrics: {
                outstanding: components["schemas"]["Money"][] | null;
                overdue: components["schemas"]["Money"][] | null;
                open_tickets: number | null;
                /** @description Three quarters or more of the promised time used up, missed ones included. */
                tickets_at_risk: number | null;
                sla_breach_count_30d: number | null;
                total_subscribers: number | null;
                active_subscribers: number | null;
                current_users: number | null;
                max_users: number | null;
                suspended_subscribers: number | null;
                current_mrr: components["schemas"]["Money"] | null;
                avg_uptime_30d: number | null;
            } | null;
            withheld: ("billing" | "support" | "provisioning" | "sla" | "contacts")[];
            sla: {
                /** @enum {string|null} */
                state: "ok" | "at_risk" | "breached" | null;
            } | null;
            billing: {
                /** @enum {string} */
                billing_cycle: "monthly" | "quarterly" | "annual";
                current_mrr: components["schemas"]["Money"] | null;
                last_invoice_date: string | null;
                next_invoice_date: string | null;
            } | null;
            subscription: {
                /** @enum {string} */
                billing_cycle: "monthly" | "quarterly" | "annual";
                trial_ends_at: string | null;
                subscription_starts_at: string | null;
                subscription_ends_at: string | null;
            };
            effective_permissions: string[] | null;
            conditions_in_force: boolean;
            last_accessed_at: string | null;
        };
        PartnerMember: {
            member_id: string;
            person_id: string;
            name: string;
            email: string;
            /** @enum {string} */
            role: "PARTNER_OWNER" | "PARTNER_STAFF";
            /** @enum {string} */
            status: "active" | "inactive";
            has_second_factor: boolean;
        };
        InvitationSent: {
            invitation_id: string;
            email: string;
            role: string;
            expires_at: string;
        };
        SubscriberPage: {
            items: components["schemas"]["Subscriber"][];
            total: number;
            limit: number;
            offset: number;
            has_more: boolean;
        };
        Subscriber: {
            subscriber_id: string;
            tenant_id: string;
            tenant_name: string;
            name: string;
            /** @enum {string} */
            status: "active" | "suspended" | "closed";
            plan: string | null;
            city: string | null;
            postal_code: string | null;
            activated_on: string | null;
            closed_on: string | null;
            created_at: string;
            updated_at: string;
        };
        AssigneeList: {
            items: {
                person_id: string;
                name: string;
                partner_name: string | null;
            }[];
        };
        TicketPage: {
            items: components["schemas"]["Ticket"][];
            total: number;
            limit: number;
            offset: number;
            has_more: boolean;
            next_cursor: string | null;
            aggregates: {
                open_count: number;
                pending_count: number;
                on_hold_count: number;
                resolved_count: number;
                closed_count: number;
                sla_breach_count: number;
                by_priority: {
                    low: number;
                    normal: number;
                    high: number;
                    urgent: number;
                };
                avg_resolution_hours: number | null;
            };
            scope: components["schemas"]["Scope"];
        };
        Ticket: {
            ticket_id: string;
            ticket_number: string;
            tenant_id: string;
            tenant_name: string;
            customer_id: string | null;
            customer_name: string | null;
            subject: string;
            /** @enum {string} */
            status: "open" | "pending" | "on_hold" | "resolved" | "closed";
            /** @enum {string} */
            priority: "low" | "normal" | "high" | "urgent";
            category: string;
            assigned_to: string | null;
            assigned_to_name: string | null;
            created_at: string;
            updated_at: string;
            created_by_name: string | null;
            created_by_partner_name: string | null;
            /** @description When a promise was missed, or else will be; null while no clock runs. */
            sla_breach_at: string | null;
            is_sla_breached: boolean;
            sla: {
                /** @enum {string} */
                metric: "first_response" | "resolution";
                /** @description Null while the clock is paused. */
                due_at: string | null;
                percent: number;
                /** @enum {string} */
                state: "ok" | "at_risk" | "breached" | "paused";
            } | null;
            last_response_at: string | null;
            response_count: number;
        };
        NewTicket: {
            subject: string;
            description: string;
            /**
             * @default normal
             * @enum {string}
             */
            priority?: "low" | "normal" | "high" | "urgent";
            /** @default general */
            category?: string;
            /** @description The id of a subscriber. */
            customer_id?: string;
            /** @default [] */
            tags?: string[];
            /** @default false */
            notify_customer?: boolean;
        };
        TicketOpened: {
            ticket_id: string;
            ticket_number: string;
            tenant_id: string;
            /** @enum {string} */
            status: "open" | "pending" | "on_hold" | "resolved" | "closed";
            /** @enum {string} */
            priority: "low" | "normal" | "high" | "urgent";
            created_by_partner: boolean;
            created_by_partner_id: string | null;
            created_by_partner_name: string | null;
            created_on_behalf: boolean;
            created_at: string;
            sla_breach_at: string;
            /** @enum {string|null} */
            billing_party: "tenant" | "partner" | "split" | null;
        };
        TicketDetail: {
            ticket_id: string;
            ticket_number: string;
            tenant_id: string;
            tenant_name: string;
            customer_id: string | null;
            customer_name: string | null;
            subject: string;
            /** @enum {string} */
            status: "open" | "pending" | "on_hold" | "resolved" | "closed";
            /** @enum {string} */
            priority: "low" | "normal" | "high" | "urgent";
            category: string;
            assigned_to: string | null;
            assigned_to_name: string | null;
            created_at: string;
            updated_at: string;
            created_by_name: string | null;
            created_by_partner_name: string | null;
            /** @description When a promise was missed, or else will be; null while no clock runs. */
            sla_breach_at: string | null;
            is_sla_breached: boolean;
            sla: {
                /** @enum {string} */
                metric: "first_response" | "resolution";
                /** @description Null while the clock is paused. */
                due_at: string | null;
                percent: number;
                /** @enum {string} */
                state: "ok" | "at_risk" | "breached" | "paused";
            } | null;
            last_response_at: string | null;
            response_count: number;
            description: string;
            tags: string[];
            comments: {
                comment_id: string;
                author_name: string;
                author_partner_name: string | null;
                is_internal: boolean;
                content: string;
                created_at: string;
            }[];
            allowed_transitions: string[];
            version: number;
        };
        TicketChange: {
            /** @enum {string} */
            status?: "open" | "pending" | "on_hold" | "resolved" | "closed";
            /** @enum {string} */
            priority?: "low" | "normal" | "high" | "urgent";
            /** @description Why the priority changes; needed to lower it. */
            priority_reason?: string;
            assigned_to?: string | null;
            comment?: components["schemas"]["NewComment"];
        };
        NewComment: {
            content: string;
            /** @default false */
            is_internal?: boolean;
            /** @default false */
            notify_customer?: boolean;
        };
        TicketChanged: {
            ticket_id: string;
            ticket_number: string;
            tenant_id: string;
            /** @enum {string} */
            status: "open" | "pending" | "on_hold" | "resolved" | "closed";
            /** @enum {string} */
            priority: "low" | "normal" | "high" | "urgent";
            assigned_to: string | null;
            assigned_to_name: string | null;
            updated_at: string;
            comment_id: string | null;
            sla: {
                /** @enum {string} */
                metric: "first_response" | "resolution";
                /** @description Null while the clock is paused. */
                due_at: string | null;
                percent: number;
                /** @enum {string} */
                state: "ok" | "at_risk" | "breached" | "paused";
            } | null;
            allowed_transitions: string[];
            version: number;
        };
        FieldFault: {
            pointer: string;
            code: string;
            detail: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    getAdminAudit: {
        parameters: {
            query?: {
                person_id?: string;
                by?: "partner" | "tenant" | "provider";
                action?: string;
                outcome?: string;
                request_id?: string;
                search?: string;
                from?: string;
                to?: string;
                partner_id?: string;
                tenant_id?: string;
                cursor?: string;
                limit?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ActivityPage"];
                };
            };
            /** @description CURSOR_INVALID, MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, PERMISSION_DENIED, PERSON_INACTIVE, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getAdminAuditCheckpoints: {
        parameters: {
            query?: {
                before?: string;
                limit?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            size: number;
                            /** @description The signed checkpoint (C2SP tlog-checkpoint and signed-note). */
                            note: string;
                            sealed_at: string;
                            /** @description When it left the database. */
                            published_at: string | null;
                        }[];
                        /** @description Send as `before` for older ones. */
                        next_before: number | null;
                        limit: number;
                    };
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, PERMISSION_DENIED, PERSON_INACTIVE, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getAdminAuditExport: {
        parameters: {
            query?: {
                person_id?: string;
                by?: "partner" | "tenant" | "provider";
                action?: string;
                outcome?: string;
                request_id?: string;
                search?: string;
                from?: string;
                to?: string;
                partner_id?: string;
                tenant_id?: string;
                format?: "csv" | "jsonl";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": string;
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, PERMISSION_DENIED, PERSON_INACTIVE, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getAdminIngestKeys: {
        parameters: {
            query?: {
                limit?: string;
                offset?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            key_id: string;
                            name: string;
                            source: string;
                            hint: string;
                            /** @enum {string} */
                            status: "active" | "expired" | "revoked";
                            created_at: string;
                            ends_at: string;
                            revoked_at: string | null;
                            last_used_at: string | null;
                        }[];
                        total: number;
                        limit: number;
                        offset: number;
                        has_more: boolean;
                    };
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, PERMISSION_DENIED, PERSON_INACTIVE, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postAdminIngestKeys: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition within 24 hours answer as the first did. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name: string;
                    source: string;
                    /** @default 365 */
                    valid_days?: number;
                };
            };
        };
        responses: {
            /** @description Done. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        key_id: string;
                        name: string;
                        source: string;
                        hint: string;
                        /** @enum {string} */
                        status: "active" | "expired" | "revoked";
                        created_at: string;
                        ends_at: string;
                        revoked_at: string | null;
                        last_used_at: string | null;
                        /** @description The key itself. It is shown this once. */
                        key: string;
                    };
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, CROSS_SITE_REQUEST, PERMISSION_DENIED, PERSON_INACTIVE, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CONFLICT, IDEMPOTENCY_IN_PROGRESS */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PAYLOAD_TOO_LARGE */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description IDEMPOTENCY_CONFLICT, VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postAdminIngestKeysByKeyIdRevoke: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition within 24 hours answer as the first did. */
                "Idempotency-Key"?: string;
            };
            path: {
                key_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    reason?: string;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        key_id: string;
                        name: string;
                        source: string;
                        hint: string;
                        /** @enum {string} */
                        status: "active" | "expired" | "revoked";
                        created_at: string;
                        ends_at: string;
                        revoked_at: string | null;
                        last_used_at: string | null;
                    };
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, CROSS_SITE_REQUEST, PERMISSION_DENIED, PERSON_INACTIVE, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INGEST_KEY_NOT_FOUND */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CONFLICT, IDEMPOTENCY_IN_PROGRESS */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PAYLOAD_TOO_LARGE */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description IDEMPOTENCY_CONFLICT, VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postAdminPartnerAccessExplain: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition within 24 hours answer as the first did. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The id of a person. */
                    person_id: string;
                    /** @description The id of a tenant. */
                    tenant_id: string;
                    permission: string;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        explain_id: string;
                        /** @enum {string} */
                        decision: "allow" | "deny";
                        code: string;
                        sentence: string;
                        next_step: string | null;
                        as_of: string;
                        person_id: string | null;
                        person_name: string | null;
                        tenant_id: string | null;
                        permission: string;
                        first_blocker: {
                            order: number;
                            check: string;
                            /** @enum {string} */
                            state: "pass" | "fail" | "not_evaluated" | "unknown" | "hidden";
                            detail: string;
                            /** @enum {string} */
                            owner: "self" | "partner" | "tenant" | "provider";
                            remedy: string | null;
                            evidence: {
                                type: string;
                                id: string;
                            } | null;
                        } | null;
                        steps: {
                            order: number;
                            check: string;
                            /** @enum {string} */
                            state: "pass" | "fail" | "not_evaluated" | "unknown" | "hidden";
                            detail: string;
                            /** @enum {string} */
                            owner: "self" | "partner" | "tenant" | "provider";
                            remedy: string | null;
                            evidence: {
                                type: string;
                                id: string;
                            } | null;
                        }[];
                        remedies: {
                            text: string;
                            /** @enum {string} */
                            who: "self" | "partner" | "tenant" | "provider";
                        }[];
                        effective_permissions: string[] | null;
                    };
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, CROSS_SITE_REQUEST, PERMISSION_DENIED, PERSON_INACTIVE, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PERSON_NOT_FOUND */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CONFLICT, IDEMPOTENCY_IN_PROGRESS */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PAYLOAD_TOO_LARGE */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description IDEMPOTENCY_CONFLICT, VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getAdminPartnerAccessExplainByExplainId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                explain_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        explain_id: string;
                        /** @enum {string} */
                        decision: "allow" | "deny";
                        code: string;
                        sentence: string;
                        next_step: string | null;
                        as_of: string;
                        person_id: string | null;
                        person_name: string | null;
                        tenant_id: string | null;
                        permission: string;
                        first_blocker: {
                            order: number;
                            check: string;
                            /** @enum {string} */
                            state: "pass" | "fail" | "not_evaluated" | "unknown" | "hidden";
                            detail: string;
                            /** @enum {string} */
                            owner: "self" | "partner" | "tenant" | "provider";
                            remedy: string | null;
                            evidence: {
                                type: string;
                                id: string;
                            } | null;
                        } | null;
                        steps: {
                            order: number;
                            check: string;
                            /** @enum {string} */
                            state: "pass" | "fail" | "not_evaluated" | "unknown" | "hidden";
                            detail: string;
                            /** @enum {string} */
                            owner: "self" | "partner" | "tenant" | "provider";
                            remedy: string | null;
                            evidence: {
                                type: string;
                                id: string;
                            } | null;
                        }[];
                        remedies: {
                            text: string;
                            /** @enum {string} */
                            who: "self" | "partner" | "tenant" | "provider";
                        }[];
                        effective_permissions: string[] | null;
                    };
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, PERMISSION_DENIED, PERSON_INACTIVE, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description EXPLANATION_NOT_FOUND */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getAdminPartnerAccessFreezes: {
        parameters: {
            query?: {
                in_force?: "true" | "false";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            freeze_id: string;
                            /** @enum {string} */
                            scope: "platform" | "partner" | "tenant" | "delegation" | "person";
                            partner_id: string | null;
                            partner_name: string | null;
                            tenant_id: string | null;
                            tenant_name: string | null;
                            link_id: string | null;
                            person_id: string | null;
                            person_name: string | null;
                            reason: string | null;
                            in_force: boolean;
                            set_by_name: string;
                            /** @enum {string} */
                            set_by_side: "partner" | "tenant" | "provider";
                            created_at: string;
                            lift_asked_at: string | null;
                            lift_asked_by_you: boolean;
                            lifted_at: string | null;
                            lift_reason: string | null;
                        }[];
                    };
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, PERMISSION_DENIED, PERSON_INACTIVE, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postAdminPartnerAccessFreezes: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition within 24 hours answer as the first did. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @enum {string} */
                    scope: "platform" | "partner" | "tenant" | "delegation" | "person";
                    /** @description What is frozen: the id of a partner, tenant, link or person; none for the platform. */
                    id?: string;
                    reason: string;
                };
            };
        };
        responses: {
            /** @description Done. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        freeze_id: string;
                        /** @enum {string} */
                        scope: "platform" | "partner" | "tenant" | "delegation" | "person";
                        partner_id: string | null;
                        partner_name: string | null;
                        tenant_id: string | null;
                        tenant_name: string | null;
                        link_id: string | null;
                        person_id: string | null;
                        person_name: string | null;
                        reason: string | null;
                        in_force: boolean;
                        set_by_name: string;
                        /** @enum {string} */
                        set_by_side: "partner" | "tenant" | "provider";
                        created_at: string;
                        lift_asked_at: string | null;
                        lift_asked_by_you: boolean;
                        lifted_at: string | null;
                        lift_reason: string | null;
                    };
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, CROSS_SITE_REQUEST, PERMISSION_DENIED, PERSON_INACTIVE, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description FREEZE_TARGET_NOT_FOUND */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CONFLICT, IDEMPOTENCY_IN_PROGRESS */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PAYLOAD_TOO_LARGE */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description IDEMPOTENCY_CONFLICT, VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postAdminPartnerAccessFreezesByFreezeIdLift: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition within 24 hours answer as the first did. */
                "Idempotency-Key"?: string;
            };
            path: {
                freeze_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    reason: string;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        freeze_id: string;
                        /** @enum {string} */
                        scope: "platform" | "partner" | "tenant" | "delegation" | "person";
                        partner_id: string | null;
                        partner_name: string | null;
                        tenant_id: string | null;
                        tenant_name: string | null;
                        link_id: string | null;
                        person_id: string | null;
                        person_name: string | null;
                        reason: string | null;
                        in_force: boolean;
                        set_by_name: string;
                        /** @enum {string} */
                        set_by_side: "partner" | "tenant" | "provider";
                        created_at: string;
                        lift_asked_at: string | null;
                        lift_asked_by_you: boolean;
                        lifted_at: string | null;
                        lift_reason: string | null;
                    };
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, CROSS_SITE_REQUEST, PERMISSION_DENIED, PERSON_INACTIVE, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description FREEZE_NOT_FOUND */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CONFLICT, FREEZE_LIFTED, IDEMPOTENCY_IN_PROGRESS, SECOND_PERSON_NEEDED */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PAYLOAD_TOO_LARGE */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description IDEMPOTENCY_CONFLICT, VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getAdminPartnerAccessLinks: {
        parameters: {
            query?: {
                status?: string;
                access_role?: string;
                tenant?: string;
                tenant_id?: string;
                partner_id?: string;
                expiring_within_days?: string;
                limit?: string;
                offset?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            link_id: string;
                            /** @description Null until a tenant answered the request. */
                            tenant_id: string | null;
                            tenant_name: string;
                            tenant_slug: string;
                            partner_id: string;
                            partner_name: string;
                            /** @enum {string} */
                            status: "requested" | "approved" | "active" | "suspended" | "expired" | "revoked" | "declined" | "withdrawn" | "lapsed";
                            status_word: string;
                            status_reason: string | null;
                            status_changed_at: string;
                            /** @enum {string|null} */
                            status_changed_by: "partner" | "tenant" | "provider" | "clock" | null;
                            /** @enum {string} */
                            relationship_type: "msp_managed" | "enterprise_subsidiary" | "reseller_channel" | "audit_only";
                            /** @enum {string} */
                            access_role: "msp_full" | "msp_billing" | "msp_support" | "enterprise_hq" | "auditor" | "reseller" | "delegate";
                            role_title: string;
                            role_version: number;
                            /** @enum {string} */
                            initiated_by: "partner" | "tenant" | "provider";
                            starts_at: string;
                            ends_at: string | null;
                            expires_in_days: number | null;
                            renewable_until: string | null;
                            requested_at: string;
                            request_message: string | null;
                            request_expires_at: string;
                            approved_at: string | null;
                            approved_by_name: string | null;
                            permissions: string[];
                            overrides: {
                                pattern: string;
                                /** @enum {string} */
                                effect: "grant" | "deny";
                                reason: string | null;
                                expires_at: string | null;
                            }[];
                            conditions_in_force: boolean;
                            auto_renew_days: number;
                            /** @enum {string} */
                            billing_party: "tenant" | "partner" | "split";
                            sla_response_hours: number | null;
                            sla_uptime_target: number | null;
                            notify_on_sla_breach: boolean;
                            notify_on_billing_threshold: boolean;
                            billing_alert_threshold: components["schemas"]["Money"] | null;
                            members_count: number;
                            last_used_at: string | null;
                            version: number;
                            conditions: {
                                in_force: boolean;
                            } | null;
                        }[];
                        total: number;
                        limit: number;
                        offset: number;
                        has_more: boolean;
                    };
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, PERMISSION_DENIED, PERSON_INACTIVE, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getAdminPartnerAccessLinksByLinkId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                link_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        link_id: string;
                        /** @description Null until a tenant answered the request. */
                        tenant_id: string | null;
                        tenant_name: string;
                        tenant_slug: string;
                        partner_id: string;
                        partner_name: string;
                        /** @enum {string} */
                        status: "requested" | "approved" | "active" | "suspended" | "expired" | "revoked" | "declined" | "withdrawn" | "lapsed";
                        status_word: string;
                        status_reason: string | null;
                        status_changed_at: string;
                        /** @enum {string|null} */
                        status_changed_by: "partner" | "tenant" | "provider" | "clock" | null;
                        /** @enum {string} */
                        relationship_type: "msp_managed" | "enterprise_subsidiary" | "reseller_channel" | "audit_only";
                        /** @enum {string} */
                        access_role: "msp_full" | "msp_billing" | "msp_support" | "enterprise_hq" | "auditor" | "reseller" | "delegate";
                        role_title: string;
                        role_version: number;
                        /** @enum {string} */
                        initiated_by: "partner" | "tenant" | "provider";
                        starts_at: string;
                        ends_at: string | null;
                        expires_in_days: number | null;
                        renewable_until: string | null;
                        requested_at: string;
                        request_message: string | null;
                        request_expires_at: string;
                        approved_at: string | null;
                        approved_by_name: string | null;
                        permissions: string[];
                        overrides: {
                            pattern: string;
                            /** @enum {string} */
                            effect: "grant" | "deny";
                            reason: string | null;
                            expires_at: string | null;
                        }[];
                        conditions_in_force: boolean;
                        auto_renew_days: number;
                        /** @enum {string} */
                        billing_party: "tenant" | "partner" | "split";
                        sla_response_hours: number | null;
                        sla_uptime_target: number | null;
                        notify_on_sla_breach: boolean;
                        notify_on_billing_threshold: boolean;
                        billing_alert_threshold: components["schemas"]["Money"] | null;
                        members_count: number;
                        last_used_at: string | null;
                        version: number;
                        conditions: {
                            in_force: boolean;
                        } | null;
                        can: string[];
                        cannot: string[];
                        members: {
                            member_id: string;
                            person_id: string;
                            name: string;
                            /** @enum {string|null} */
                            role: "msp_full" | "msp_billing" | "msp_support" | "enterprise_hq" | "auditor" | "reseller" | "delegate" | null;
                            ends_at: string | null;
                            assigned_at: string;
                            /** @enum {string} */
                            factor: "none" | "otp" | "phishing_resistant";
                            last_used_at: string | null;
                        }[];
                        history: {
                            changed_at: string;
                            version: number;
                            event: string;
                            by: string | null;
                            name: string | null;
                            detail: {
                                [key: string]: unknown;
                            };
                        }[];
                    };
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, PERMISSION_DENIED, PERSON_INACTIVE, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description LINK_NOT_FOUND */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postAdminPartnerAccessLinksByLinkIdResume: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition within 24 hours answer as the first did. */
                "Idempotency-Key"?: string;
            };
            path: {
                link_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    reason?: string;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        link_id: string;
                        /** @description Null until a tenant answered the request. */
                        tenant_id: string | null;
                        tenant_name: string;
                        tenant_slug: string;
                        partner_id: string;
                        partner_name: string;
                        /** @enum {string} */
                        status: "requested" | "approved" | "active" | "suspended" | "expired" | "revoked" | "declined" | "withdrawn" | "lapsed";
                        status_word: string;
                        status_reason: string | null;
                        status_changed_at: string;
                        /** @enum {string|null} */
                        status_changed_by: "partner" | "tenant" | "provider" | "clock" | null;
                        /** @enum {string} */
                        relationship_type: "msp_managed" | "enterprise_subsidiary" | "reseller_channel" | "audit_only";
                        /** @enum {string} */
                        access_role: "msp_full" | "msp_billing" | "msp_support" | "enterprise_hq" | "auditor" | "reseller" | "delegate";
                        role_title: string;
                        role_version: number;
                        /** @enum {string} */
                        initiated_by: "partner" | "tenant" | "provider";
                        starts_at: string;
                        ends_at: string | null;
                        expires_in_days: number | null;
                        renewable_until: string | null;
                        requested_at: string;
                        request_message: string | null;
                        request_expires_at: string;
                        approved_at: string | null;
                        approved_by_name: string | null;
                        permissions: string[];
                        overrides: {
                            pattern: string;
                            /** @enum {string} */
                            effect: "grant" | "deny";
                            reason: string | null;
                            expires_at: string | null;
                        }[];
                        conditions_in_force: boolean;
                        auto_renew_days: number;
                        /** @enum {string} */
                        billing_party: "tenant" | "partner" | "split";
                        sla_response_hours: number | null;
                        sla_uptime_target: number | null;
                        notify_on_sla_breach: boolean;
                        notify_on_billing_threshold: boolean;
                        billing_alert_threshold: components["schemas"]["Money"] | null;
                        members_count: number;
                        last_used_at: string | null;
                        version: number;
                        conditions: {
                            in_force: boolean;
                        } | null;
                    };
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, CROSS_SITE_REQUEST, PERMISSION_DENIED, PERSON_INACTIVE, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description LINK_NOT_FOUND */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CONFLICT, IDEMPOTENCY_IN_PROGRESS, LINK_STATE_CONFLICT */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PAYLOAD_TOO_LARGE */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description IDEMPOTENCY_CONFLICT, VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postAdminPartnerAccessLinksByLinkIdRevoke: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition within 24 hours answer as the first did. */
                "Idempotency-Key"?: string;
            };
            path: {
                link_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    reason?: string;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        link_id: string;
                        /** @description Null until a tenant answered the request. */
                        tenant_id: string | null;
                        tenant_name: string;
                        tenant_slug: string;
                        partner_id: string;
                        partner_name: string;
                        /** @enum {string} */
                        status: "requested" | "approved" | "active" | "suspended" | "expired" | "revoked" | "declined" | "withdrawn" | "lapsed";
                        status_word: string;
                        status_reason: string | null;
                        status_changed_at: string;
                        /** @enum {string|null} */
                        status_changed_by: "partner" | "tenant" | "provider" | "clock" | null;
                        /** @enum {string} */
                        relationship_type: "msp_managed" | "enterprise_subsidiary" | "reseller_channel" | "audit_only";
                        /** @enum {string} */
                        access_role: "msp_full" | "msp_billing" | "msp_support" | "enterprise_hq" | "auditor" | "reseller" | "delegate";
                        role_title: string;
                        role_version: number;
                        /** @enum {string} */
                        initiated_by: "partner" | "tenant" | "provider";
                        starts_at: string;
                        ends_at: string | null;
                        expires_in_days: number | null;
                        renewable_until: string | null;
                        requested_at: string;
                        request_message: string | null;
                        request_expires_at: string;
                        approved_at: string | null;
                        approved_by_name: string | null;
                        permissions: string[];
                        overrides: {
                            pattern: string;
                            /** @enum {string} */
                            effect: "grant" | "deny";
                            reason: string | null;
                            expires_at: string | null;
                        }[];
                        conditions_in_force: boolean;
                        auto_renew_days: number;
                        /** @enum {string} */
                        billing_party: "tenant" | "partner" | "split";
                        sla_response_hours: number | null;
                        sla_uptime_target: number | null;
                        notify_on_sla_breach: boolean;
                        notify_on_billing_threshold: boolean;
                        billing_alert_threshold: components["schemas"]["Money"] | null;
                        members_count: number;
                        last_used_at: string | null;
                        version: number;
                        conditions: {
                            in_force: boolean;
                        } | null;
                    };
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, CROSS_SITE_REQUEST, PERMISSION_DENIED, PERSON_INACTIVE, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description LINK_NOT_FOUND */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CONFLICT, IDEMPOTENCY_IN_PROGRESS, LINK_STATE_CONFLICT */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PAYLOAD_TOO_LARGE */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description IDEMPOTENCY_CONFLICT, VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postAdminPartnerAccessLinksByLinkIdSuspend: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition within 24 hours answer as the first did. */
                "Idempotency-Key"?: string;
            };
            path: {
                link_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    reason?: string;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        link_id: string;
                        /** @description Null until a tenant answered the request. */
                        tenant_id: string | null;
                        tenant_name: string;
                        tenant_slug: string;
                        partner_id: string;
                        partner_name: string;
                        /** @enum {string} */
                        status: "requested" | "approved" | "active" | "suspended" | "expired" | "revoked" | "declined" | "withdrawn" | "lapsed";
                        status_word: string;
                        status_reason: string | null;
                        status_changed_at: string;
                        /** @enum {string|null} */
                        status_changed_by: "partner" | "tenant" | "provider" | "clock" | null;
                        /** @enum {string} */
                        relationship_type: "msp_managed" | "enterprise_subsidiary" | "reseller_channel" | "audit_only";
                        /** @enum {string} */
                        access_role: "msp_full" | "msp_billing" | "msp_support" | "enterprise_hq" | "auditor" | "reseller" | "delegate";
                        role_title: string;
                        role_version: number;
                        /** @enum {string} */
                        initiated_by: "partner" | "tenant" | "provider";
                        starts_at: string;
                        ends_at: string | null;
                        expires_in_days: number | null;
                        renewable_until: string | null;
                        requested_at: string;
                        request_message: string | null;
                        request_expires_at: string;
                        approved_at: string | null;
                        approved_by_name: string | null;
                        permissions: string[];
                        overrides: {
                            pattern: string;
                            /** @enum {string} */
                            effect: "grant" | "deny";
                            reason: string | null;
                            expires_at: string | null;
                        }[];
                        conditions_in_force: boolean;
                        auto_renew_days: number;
                        /** @enum {string} */
                        billing_party: "tenant" | "partner" | "split";
                        sla_response_hours: number | null;
                        sla_uptime_target: number | null;
                        notify_on_sla_breach: boolean;
                        notify_on_billing_threshold: boolean;
                        billing_alert_threshold: components["schemas"]["Money"] | null;
                        members_count: number;
                        last_used_at: string | null;
                        version: number;
                        conditions: {
                            in_force: boolean;
                        } | null;
                    };
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, CROSS_SITE_REQUEST, PERMISSION_DENIED, PERSON_INACTIVE, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description LINK_NOT_FOUND */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CONFLICT, IDEMPOTENCY_IN_PROGRESS, LINK_STATE_CONFLICT */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PAYLOAD_TOO_LARGE */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description IDEMPOTENCY_CONFLICT, VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getAdminPartners: {
        parameters: {
            query?: {
                status?: string;
                search?: string;
                limit?: string;
                offset?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            partner_id: string;
                            name: string;
                            slug: string;
                            kinds: string[];
                            /** @enum {string} */
                            status: "pending" | "active" | "suspended" | "terminated";
                            status_reason: string | null;
                            website: string | null;
                            members_count: number;
                            active_links: number;
                            created_at: string;
                        }[];
                        total: number;
                        limit: number;
                        offset: number;
                        has_more: boolean;
                    };
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, PERMISSION_DENIED, PERSON_INACTIVE, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postAdminPartners: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition within 24 hours answer as the first did. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name: string;
                    slug: string;
                    kinds: ("referral" | "reseller" | "wholesaler" | "msp" | "enterprise_hq" | "auditor" | "white_label")[];
                    /**
                     * Format: email
                     * @description Who is invited as the first owner.
                     */
                    owner_email?: string;
                };
            };
        };
        responses: {
            /** @description Done. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        partner_id: string;
                        name: string;
                        slug: string;
                        kinds: string[];
                        /** @enum {string} */
                        status: "pending" | "active" | "suspended" | "terminated";
                        status_reason: string | null;
                        website: string | null;
                        members_count: number;
                        active_links: number;
                        created_at: string;
                    };
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, CROSS_SITE_REQUEST, PERMISSION_DENIED, PERSON_INACTIVE, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CONFLICT, IDEMPOTENCY_IN_PROGRESS, PARTNER_SLUG_TAKEN */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PAYLOAD_TOO_LARGE */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description IDEMPOTENCY_CONFLICT, VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getAdminPartnersByPartnerId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                partner_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        partner_id: string;
                        name: string;
                        slug: string;
                        kinds: string[];
                        /** @enum {string} */
                        status: "pending" | "active" | "suspended" | "terminated";
                        status_reason: string | null;
                        website: string | null;
                        members_count: number;
                        active_links: number;
                        created_at: string;
                        members: {
                            member_id: string;
                            person_id: string;
                            name: string;
                            email: string;
                            role: string;
                            status: string;
                        }[];
                    };
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, PERMISSION_DENIED, PERSON_INACTIVE, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PARTNER_UNKNOWN */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postAdminPartnersByPartnerIdReactivate: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition within 24 hours answer as the first did. */
                "Idempotency-Key"?: string;
            };
            path: {
                partner_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    reason: string;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        partner_id: string;
                        name: string;
                        slug: string;
                        kinds: string[];
                        /** @enum {string} */
                        status: "pending" | "active" | "suspended" | "terminated";
                        status_reason: string | null;
                        website: string | null;
                        members_count: number;
                        active_links: number;
                        created_at: string;
                    };
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, CROSS_SITE_REQUEST, PERMISSION_DENIED, PERSON_INACTIVE, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PARTNER_UNKNOWN */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CONFLICT, IDEMPOTENCY_IN_PROGRESS, PARTNER_STATE_CONFLICT */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PAYLOAD_TOO_LARGE */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description IDEMPOTENCY_CONFLICT, VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postAdminPartnersByPartnerIdSuspend: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition within 24 hours answer as the first did. */
                "Idempotency-Key"?: string;
            };
            path: {
                partner_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    reason: string;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        partner_id: string;
                        name: string;
                        slug: string;
                        kinds: string[];
                        /** @enum {string} */
                        status: "pending" | "active" | "suspended" | "terminated";
                        status_reason: string | null;
                        website: string | null;
                        members_count: number;
                        active_links: number;
                        created_at: string;
                    };
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, CROSS_SITE_REQUEST, PERMISSION_DENIED, PERSON_INACTIVE, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PARTNER_UNKNOWN */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CONFLICT, IDEMPOTENCY_IN_PROGRESS, PARTNER_STATE_CONFLICT */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PAYLOAD_TOO_LARGE */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description IDEMPOTENCY_CONFLICT, VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getAdminTenants: {
        parameters: {
            query?: {
                status?: string;
                search?: string;
                limit?: string;
                offset?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            tenant_id: string;
                            name: string;
                            slug: string;
                            domain: string | null;
                            /** @enum {string} */
                            status: "active" | "suspended" | "trial" | "closed";
                            plan_type: string;
                            members_count: number;
                            active_links: number;
                            created_at: string;
                            updated_at: string;
                        }[];
                        total: number;
                        limit: number;
                        offset: number;
                        has_more: boolean;
                    };
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, PERMISSION_DENIED, PERSON_INACTIVE, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getAdminTenantsByTenantId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        tenant_id: string;
                        name: string;
                        slug: string;
                        domain: string | null;
                        /** @enum {string} */
                        status: "active" | "suspended" | "trial" | "closed";
                        plan_type: string;
                        members_count: number;
                        active_links: number;
                        created_at: string;
                        updated_at: string;
                        access: {
                            link_id: string;
                            partner_id: string;
                            partner_name: string;
                            status: string;
                            access_role: string;
                            starts_at: string;
                            ends_at: string | null;
                        }[];
                    };
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, PERMISSION_DENIED, PERSON_INACTIVE, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TENANT_NOT_FOUND */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postIngestBillingAccounts: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition within 24 hours answer as the first did. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    source: string;
                    /** @default false */
                    dry_run?: boolean;
                    items: {
                        /** @description The external id of the tenant in the same source. */
                        tenant?: string;
                        /** @description The id of a tenant. */
                        tenant_id?: string;
                        /** @description The id of the record in the system that sends it. */
                        external_id: string;
                        ban: string;
                        name: string;
                        currency: string;
                        /**
                         * @default active
                         * @enum {string}
                         */
                        status?: "active" | "closed";
                    }[];
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        received: number;
                        created: number;
                        updated: number;
                        unchanged: number;
                        dry_run: boolean;
                        /** @description What is wrong, item by item; filled by a dry run only, since otherwise nothing is taken and the answer is 422. */
                        readonly errors: {
                            index: number;
                            pointer: string;
                            code: string;
                            detail: string;
                        }[];
                    };
                };
            };
            /** @description MALFORMED_REQUEST */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CROSS_SITE_REQUEST, INGEST_SOURCE_MISMATCH */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CONFLICT, IDEMPOTENCY_IN_PROGRESS */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PAYLOAD_TOO_LARGE */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description IDEMPOTENCY_CONFLICT, VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postIngestInvoices: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition within 24 hours answer as the first did. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    source: string;
                    /** @default false */
                    dry_run?: boolean;
                    items: {
                        /** @description The external id of the tenant in the same source. */
                        tenant?: string;
                        /** @description The id of a tenant. */
                        tenant_id?: string;
                        /** @description The id of the record in the system that sends it. */
                        external_id: string;
                        /** @description The external id of the billing account in the same source. */
                        billing_account: string;
                        /** @description The id of the record in the system that sends it. */
                        subscriber?: string;
                        number: string;
                        customer_name?: string;
                        /** Format: date */
                        issued_on: string;
                        /** Format: date */
                        due_on: string;
                        /** @description The state of the invoice, in our words or in those of the TM Forum. */
                        status: string;
                        subtotal: components["schemas"]["Money"];
                        tax?: components["schemas"]["Money"];
                        paid?: components["schemas"]["Money"];
                        /** Format: date */
                        paid_on?: string;
                    }[];
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        received: number;
                        created: number;
                        updated: number;
                        unchanged: number;
                        dry_run: boolean;
                        /** @description What is wrong, item by item; filled by a dry run only, since otherwise nothing is taken and the answer is 422. */
                        readonly errors: {
                            index: number;
                            pointer: string;
                            code: string;
                            detail: string;
                        }[];
                    };
                };
            };
            /** @description MALFORMED_REQUEST */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CROSS_SITE_REQUEST, INGEST_SOURCE_MISMATCH */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CONFLICT, IDEMPOTENCY_IN_PROGRESS */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PAYLOAD_TOO_LARGE */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description IDEMPOTENCY_CONFLICT, VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postIngestOutages: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition within 24 hours answer as the first did. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    source: string;
                    /** @default false */
                    dry_run?: boolean;
                    items: {
                        /** @description The external id of the tenant in the same source. */
                        tenant?: string;
                        /** @description The id of a tenant. */
                        tenant_id?: string;
                        /** @description The id of the record in the system that sends it. */
                        external_id: string;
                        service: string;
                        /**
                         * Format: date-time
                         * @description An instant with its offset (RFC 3339).
                         */
                        started_at: string;
                        /**
                         * Format: date-time
                         * @description An instant with its offset (RFC 3339).
                         */
                        ended_at?: string;
                        /** @default false */
                        is_planned?: boolean;
                        affected_subscribers?: number;
                    }[];
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        received: number;
                        created: number;
                        updated: number;
                        unchanged: number;
                        dry_run: boolean;
                        /** @description What is wrong, item by item; filled by a dry run only, since otherwise nothing is taken and the answer is 422. */
                        readonly errors: {
                            index: number;
                            pointer: string;
                            code: string;
                            detail: string;
                        }[];
                    };
                };
            };
            /** @description MALFORMED_REQUEST */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CROSS_SITE_REQUEST, INGEST_SOURCE_MISMATCH */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CONFLICT, IDEMPOTENCY_IN_PROGRESS */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PAYLOAD_TOO_LARGE */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description IDEMPOTENCY_CONFLICT, VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postIngestPayments: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition within 24 hours answer as the first did. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    source: string;
                    /** @default false */
                    dry_run?: boolean;
                    items: {
                        /** @description The external id of the tenant in the same source. */
                        tenant?: string;
                        /** @description The id of a tenant. */
                        tenant_id?: string;
                        /** @description The id of the record in the system that sends it. */
                        external_id: string;
                        /** @description The external id of the invoice in the same source. */
                        invoice: string;
                        amount: components["schemas"]["Money"];
                        /**
                         * Format: date-time
                         * @description An instant with its offset (RFC 3339).
                         */
                        received_at: string;
                        /** @default unknown */
                        method?: string;
                    }[];
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        received: number;
                        created: number;
                        updated: number;
                        unchanged: number;
                        dry_run: boolean;
                        /** @description What is wrong, item by item; filled by a dry run only, since otherwise nothing is taken and the answer is 422. */
                        readonly errors: {
                            index: number;
                            pointer: string;
                            code: string;
                            detail: string;
                        }[];
                    };
                };
            };
            /** @description MALFORMED_REQUEST */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CROSS_SITE_REQUEST, INGEST_SOURCE_MISMATCH */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CONFLICT, IDEMPOTENCY_IN_PROGRESS */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PAYLOAD_TOO_LARGE */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description IDEMPOTENCY_CONFLICT, VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postIngestSubscribers: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition within 24 hours answer as the first did. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    source: string;
                    /** @default false */
                    dry_run?: boolean;
                    items: {
                        /** @description The external id of the tenant in the same source. */
                        tenant?: string;
                        /** @description The id of a tenant. */
                        tenant_id?: string;
                        /** @description The id of the record in the system that sends it. */
                        external_id: string;
                        name: string;
                        /** @enum {string} */
                        status: "active" | "suspended" | "closed";
                        plan?: string;
                        city?: string;
                        postal_code?: string;
                        /** Format: date */
                        activated_on?: string;
                        /** Format: date */
                        closed_on?: string;
                    }[];
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        received: number;
                        created: number;
                        updated: number;
                        unchanged: number;
                        dry_run: boolean;
                        /** @description What is wrong, item by item; filled by a dry run only, since otherwise nothing is taken and the answer is 422. */
                        readonly errors: {
                            index: number;
                            pointer: string;
                            code: string;
                            detail: string;
                        }[];
                    };
                };
            };
            /** @description MALFORMED_REQUEST */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CROSS_SITE_REQUEST, INGEST_SOURCE_MISMATCH */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CONFLICT, IDEMPOTENCY_IN_PROGRESS */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PAYLOAD_TOO_LARGE */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description IDEMPOTENCY_CONFLICT, VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postIngestTenants: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition within 24 hours answer as the first did. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    source: string;
                    /** @default false */
                    dry_run?: boolean;
                    items: {
                        /** @description The id of the record in the system that sends it. */
                        external_id: string;
                        name: string;
                        slug: string;
                        /** @enum {string} */
                        status: "active" | "suspended" | "trial" | "closed";
                        domain?: string;
                        /** @default standard */
                        plan_type?: string;
                        /** @default {} */
                        contact?: {
                            [key: string]: string;
                        };
                        /** @default {} */
                        address?: {
                            [key: string]: string;
                        };
                        /** @default UTC */
                        timezone?: string;
                        currency: string;
                        /**
                         * @default monthly
                         * @enum {string}
                         */
                        billing_cycle?: "monthly" | "quarterly" | "annual";
                        current_mrr?: components["schemas"]["Money"];
                        max_users?: number;
                        /**
                         * Format: date-time
                         * @description An instant with its offset (RFC 3339).
                         */
                        trial_ends_at?: string;
                        /**
                         * Format: date-time
                         * @description An instant with its offset (RFC 3339).
                         */
                        subscription_starts_at?: string;
                        /**
                         * Format: date-time
                         * @description An instant with its offset (RFC 3339).
                         */
                        subscription_ends_at?: string;
                    }[];
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        received: number;
                        created: number;
                        updated: number;
                        unchanged: number;
                        dry_run: boolean;
                        /** @description What is wrong, item by item; filled by a dry run only, since otherwise nothing is taken and the answer is 422. */
                        readonly errors: {
                            index: number;
                            pointer: string;
                            code: string;
                            detail: string;
                        }[];
                    };
                };
            };
            /** @description MALFORMED_REQUEST */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CROSS_SITE_REQUEST, INGEST_SOURCE_MISMATCH */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CONFLICT, IDEMPOTENCY_IN_PROGRESS */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PAYLOAD_TOO_LARGE */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description IDEMPOTENCY_CONFLICT, VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postIngestTickets: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition within 24 hours answer as the first did. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    source: string;
                    /** @default false */
                    dry_run?: boolean;
                    items: {
                        /** @description The external id of the tenant in the same source. */
                        tenant?: string;
                        /** @description The id of a tenant. */
                        tenant_id?: string;
                        /** @description The id of the record in the system that sends it. */
                        external_id: string;
                        /** @description The number in the source; without it the next of the tenant is taken. */
                        number?: string;
                        /** @description The id of the record in the system that sends it. */
                        subscriber?: string;
                        customer_name?: string;
                        subject: string;
                        /** @default  */
                        description?: string;
                        /** @description The state of the ticket, in our words or in those of the TM Forum. */
                        status: string;
                        /**
                         * @default normal
                         * @enum {string}
                         */
                        priority?: "low" | "normal" | "high" | "urgent";
                        /** @default general */
                        category?: string;
                        /** @default [] */
                        tags?: string[];
                        assigned_to_name?: string;
                        opened_by_name?: string;
                        /** @description The slug of the partner that opened the ticket on behalf of the tenant. */
                        opened_by_partner?: string;
                        /**
                         * Format: date-time
                         * @description An instant with its offset (RFC 3339).
                         */
                        created_at: string;
                        /**
                         * Format: date-time
                         * @description An instant with its offset (RFC 3339).
                         */
                        resolved_at?: string;
                        closed_reason?: string;
                    }[];
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        received: number;
                        created: number;
                        updated: number;
                        unchanged: number;
                        dry_run: boolean;
                        /** @description What is wrong, item by item; filled by a dry run only, since otherwise nothing is taken and the answer is 422. */
                        readonly errors: {
                            index: number;
                            pointer: string;
                            code: string;
                            detail: string;
                        }[];
                    };
                };
            };
            /** @description MALFORMED_REQUEST */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CROSS_SITE_REQUEST, INGEST_SOURCE_MISMATCH */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CONFLICT, IDEMPOTENCY_IN_PROGRESS */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PAYLOAD_TOO_LARGE */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description IDEMPOTENCY_CONFLICT, VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postIngestUsage: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition within 24 hours answer as the first did. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    source: string;
                    /** @default false */
                    dry_run?: boolean;
                    items: {
                        /** @description The external id of the tenant in the same source. */
                        tenant?: string;
                        /** @description The id of a tenant. */
                        tenant_id?: string;
                        /** Format: date */
                        day: string;
                        active_subscribers: number;
                        data_gb: number;
                        peak_mbps?: number;
                        average_mbps?: number;
                    }[];
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        received: number;
                        created: number;
                        updated: number;
                        unchanged: number;
                        dry_run: boolean;
                        /** @description What is wrong, item by item; filled by a dry run only, since otherwise nothing is taken and the answer is 422. */
                        readonly errors: {
                            index: number;
                            pointer: string;
                            code: string;
                            detail: string;
                        }[];
                    };
                };
            };
            /** @description MALFORMED_REQUEST */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CROSS_SITE_REQUEST, INGEST_SOURCE_MISMATCH */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CONFLICT, IDEMPOTENCY_IN_PROGRESS */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PAYLOAD_TOO_LARGE */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description IDEMPOTENCY_CONFLICT, VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getMe: {
        parameters: {
            query?: {
                frame?: "platform" | "partner" | "org";
                tenant_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            /** @description MALFORMED_REQUEST */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "getOpenapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: unknown;
                    };
                };
            };
            /** @description MALFORMED_REQUEST */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postPartnerAccessExplain: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition within 24 hours answer as the first did. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The id of a person. */
                    user_id?: string;
                    /** @description The id of a tenant. */
                    tenant_id: string;
                    permission: string;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        explain_id: string;
                        /** @enum {string} */
                        decision: "allow" | "deny";
                        code: string;
                        sentence: string;
                        next_step: string | null;
                        as_of: string;
                        person_id: string | null;
                        person_name: string | null;
                        tenant_id: string | null;
                        permission: string;
                        first_blocker: {
                            order: number;
                            check: string;
                            /** @enum {string} */
                            state: "pass" | "fail" | "not_evaluated" | "unknown" | "hidden";
                            detail: string;
                            /** @enum {string} */
                            owner: "self" | "partner" | "tenant" | "provider";
                            remedy: string | null;
                            evidence: {
                                type: string;
                                id: string;
                            } | null;
                        } | null;
                        steps: {
                            order: number;
                            check: string;
                            /** @enum {string} */
                            state: "pass" | "fail" | "not_evaluated" | "unknown" | "hidden";
                            detail: string;
                            /** @enum {string} */
                            owner: "self" | "partner" | "tenant" | "provider";
                            remedy: string | null;
                            evidence: {
                                type: string;
                                id: string;
                            } | null;
                        }[];
                        remedies: {
                            text: string;
                            /** @enum {string} */
                            who: "self" | "partner" | "tenant" | "provider";
                        }[];
                        effective_permissions: string[] | null;
                    };
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, CROSS_SITE_REQUEST, PARTNER_INACTIVE, PERMISSION_DENIED, PERSON_INACTIVE, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PERSON_NOT_FOUND, TENANT_NOT_FOUND */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CONFLICT, IDEMPOTENCY_IN_PROGRESS */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PAYLOAD_TOO_LARGE */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description IDEMPOTENCY_CONFLICT, VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getPartnerAccessExplainByExplainId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                explain_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        explain_id: string;
                        /** @enum {string} */
                        decision: "allow" | "deny";
                        code: string;
                        sentence: string;
                        next_step: string | null;
                        as_of: string;
                        person_id: string | null;
                        person_name: string | null;
                        tenant_id: string | null;
                        permission: string;
                        first_blocker: {
                            order: number;
                            check: string;
                            /** @enum {string} */
                            state: "pass" | "fail" | "not_evaluated" | "unknown" | "hidden";
                            detail: string;
                            /** @enum {string} */
                            owner: "self" | "partner" | "tenant" | "provider";
                            remedy: string | null;
                            evidence: {
                                type: string;
                                id: string;
                            } | null;
                        } | null;
                        steps: {
                            order: number;
                            check: string;
                            /** @enum {string} */
                            state: "pass" | "fail" | "not_evaluated" | "unknown" | "hidden";
                            detail: string;
                            /** @enum {string} */
                            owner: "self" | "partner" | "tenant" | "provider";
                            remedy: string | null;
                            evidence: {
                                type: string;
                                id: string;
                            } | null;
                        }[];
                        remedies: {
                            text: string;
                            /** @enum {string} */
                            who: "self" | "partner" | "tenant" | "provider";
                        }[];
                        effective_permissions: string[] | null;
                    };
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, PARTNER_INACTIVE, PERMISSION_DENIED, PERSON_INACTIVE, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description EXPLANATION_NOT_FOUND */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getPartnerAudit: {
        parameters: {
            query?: {
                person_id?: string;
                by?: "partner" | "tenant" | "provider";
                action?: string;
                outcome?: string;
                request_id?: string;
                search?: string;
                from?: string;
                to?: string;
                tenant_id?: string;
                cursor?: string;
                limit?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ActivityPage"];
                };
            };
            /** @description CURSOR_INVALID, MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, PARTNER_INACTIVE, PERMISSION_DENIED, PERSON_INACTIVE, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getPartnerAuditExport: {
        parameters: {
            query?: {
                person_id?: string;
                by?: "partner" | "tenant" | "provider";
                action?: string;
                outcome?: string;
                request_id?: string;
                search?: string;
                from?: string;
                to?: string;
                tenant_id?: string;
                format?: "csv" | "jsonl";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": string;
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, PARTNER_INACTIVE, PERMISSION_DENIED, PERSON_INACTIVE, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getPartnerBillingInvoices: {
        parameters: {
            query?: {
                from_date?: string;
                to_date?: string;
                status?: string;
                min_amount?: string;
                max_amount?: string;
                currency?: string;
                overdue_days_min?: string;
                search?: string;
                sort_by?: "invoice_date" | "amount" | "status";
                sort_order?: "asc" | "desc";
                cursor?: string;
                limit?: string;
                offset?: string;
                tenant_ids?: string;
            };
            header?: {
                /** @description The tenant that is worked in; echoed in the answer. */
                "X-Active-Tenant-Id"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InvoicePage"];
                };
            };
            /** @description CURSOR_INVALID, MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH, TENANT_CONTEXT_REQUIRED */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, FEATURE_DISABLED, IP_NOT_ALLOWED, MFA_REQUIRED, NOT_ASSIGNED, OUTSIDE_HOURS, PARTNER_INACTIVE, PERMISSION_DENIED, PERSON_INACTIVE, TENANT_INACTIVE, TENANT_LINK_EXPIRED, TENANT_LINK_NOT_STARTED, TENANT_LINK_REVOKED, TENANT_LINK_SUSPENDED, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TENANT_NOT_FOUND */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getPartnerBillingInvoicesByInvoiceId: {
        parameters: {
            query?: never;
            header?: {
                /** @description The tenant that is worked in; echoed in the answer. */
                "X-Active-Tenant-Id"?: string;
            };
            path: {
                invoice_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InvoiceDetail"];
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH, TENANT_CONTEXT_REQUIRED */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, FEATURE_DISABLED, IP_NOT_ALLOWED, MFA_REQUIRED, NOT_ASSIGNED, OUTSIDE_HOURS, PARTNER_INACTIVE, PERMISSION_DENIED, PERSON_INACTIVE, TENANT_INACTIVE, TENANT_LINK_EXPIRED, TENANT_LINK_NOT_STARTED, TENANT_LINK_REVOKED, TENANT_LINK_SUSPENDED, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INVOICE_NOT_FOUND, TENANT_NOT_FOUND */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postPartnerContext: {
        parameters: {
            query?: never;
            header?: {
                /** @description The tenant that is worked in; echoed in the answer. */
                "X-Active-Tenant-Id"?: string;
                /** @description Makes a repetition within 24 hours answer as the first did. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The id of a tenant. */
                    tenant_id: string;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        tenant_id: string;
                        tenant_name: string;
                        partner_name: string;
                        link_id: string;
                        /** @enum {string} */
                        access_role: "msp_full" | "msp_billing" | "msp_support" | "enterprise_hq" | "auditor" | "reseller" | "delegate";
                        role_title: string;
                        link_ends_at: string | null;
                        permissions: string[];
                        can: string[];
                        cannot: string[];
                        writes: boolean;
                        read_reason_required: boolean;
                    };
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH, TENANT_CONTEXT_REQUIRED */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, CROSS_SITE_REQUEST, FEATURE_DISABLED, IP_NOT_ALLOWED, MFA_REQUIRED, NOT_ASSIGNED, OUTSIDE_HOURS, PARTNER_INACTIVE, PERMISSION_DENIED, PERSON_INACTIVE, TENANT_INACTIVE, TENANT_LINK_EXPIRED, TENANT_LINK_NOT_STARTED, TENANT_LINK_REVOKED, TENANT_LINK_SUSPENDED, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TENANT_NOT_FOUND */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CONFLICT, IDEMPOTENCY_IN_PROGRESS */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PAYLOAD_TOO_LARGE */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description IDEMPOTENCY_CONFLICT, VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getPartnerContextTenants: {
        parameters: {
            query?: {
                search?: string;
                limit?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            tenant_id: string;
                            name: string;
                            slug: string;
                            link_id: string;
                            /** @enum {string} */
                            link_status: "requested" | "approved" | "active" | "suspended" | "expired" | "revoked" | "declined" | "withdrawn" | "lapsed";
                            /** @enum {string} */
                            access_role: "msp_full" | "msp_billing" | "msp_support" | "enterprise_hq" | "auditor" | "reseller" | "delegate";
                            role_title: string;
                            ends_at: string | null;
                        }[];
                    };
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, PARTNER_INACTIVE, PERMISSION_DENIED, PERSON_INACTIVE, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getPartnerCustomers: {
        parameters: {
            query?: {
                status?: string;
                search?: string;
                link_status?: string;
                access_role?: string;
                expiring_within_days?: string;
                sort_by?: "name" | "created_at" | "outstanding_balance" | "overdue" | "open_tickets" | "sla_breaches" | "expires_at";
                sort_order?: "asc" | "desc";
                limit?: string;
                offset?: string;
            };
            header?: {
                /** @description The tenant that is worked in; echoed in the answer. */
                "X-Active-Tenant-Id"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CustomerPage"];
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH, TENANT_CONTEXT_REQUIRED */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, FEATURE_DISABLED, IP_NOT_ALLOWED, MFA_REQUIRED, NOT_ASSIGNED, OUTSIDE_HOURS, PARTNER_INACTIVE, PERMISSION_DENIED, PERSON_INACTIVE, TENANT_INACTIVE, TENANT_LINK_EXPIRED, TENANT_LINK_NOT_STARTED, TENANT_LINK_REVOKED, TENANT_LINK_SUSPENDED, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TENANT_NOT_FOUND */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getPartnerCustomersByTenantId: {
        parameters: {
            query?: {
                include?: string;
            };
            header?: {
                /** @description The tenant that is worked in; echoed in the answer. */
                "X-Active-Tenant-Id"?: string;
            };
            path: {
                tenant_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CustomerDetail"];
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH, TENANT_CONTEXT_REQUIRED */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, FEATURE_DISABLED, IP_NOT_ALLOWED, MFA_REQUIRED, NOT_ASSIGNED, OUTSIDE_HOURS, PARTNER_INACTIVE, PERMISSION_DENIED, PERSON_INACTIVE, TENANT_INACTIVE, TENANT_LINK_EXPIRED, TENANT_LINK_NOT_STARTED, TENANT_LINK_REVOKED, TENANT_LINK_SUSPENDED, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TENANT_NOT_FOUND */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getPartnerLinks: {
        parameters: {
            query?: {
                status?: string;
                access_role?: string;
                tenant?: string;
                expiring_within_days?: string;
                limit?: string;
                offset?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            link_id: string;
                            /** @description Null until a tenant answered the request. */
                            tenant_id: string | null;
                            tenant_name: string;
                            tenant_slug: string;
                            partner_id: string;
                            partner_name: string;
                            /** @enum {string} */
                            status: "requested" | "approved" | "active" | "suspended" | "expired" | "revoked" | "declined" | "withdrawn" | "lapsed";
                            status_word: string;
                            status_reason: string | null;
                            status_changed_at: string;
                            /** @enum {string|null} */
                            status_changed_by: "partner" | "tenant" | "provider" | "clock" | null;
                            /** @enum {string} */
                            relationship_type: "msp_managed" | "enterprise_subsidiary" | "reseller_channel" | "audit_only";
                            /** @enum {string} */
                            access_role: "msp_full" | "msp_billing" | "msp_support" | "enterprise_hq" | "auditor" | "reseller" | "delegate";
                            role_title: string;
                            role_version: number;
                            /** @enum {string} */
                            initiated_by: "partner" | "tenant" | "provider";
                            starts_at: string;
                            ends_at: string | null;
                            expires_in_days: number | null;
                            renewable_until: string | null;
                            requested_at: string;
                            request_message: string | null;
                            request_expires_at: string;
                            approved_at: string | null;
                            approved_by_name: string | null;
                            permissions: string[];
                            overrides: {
                                pattern: string;
                                /** @enum {string} */
                                effect: "grant" | "deny";
                                reason: string | null;
                                expires_at: string | null;
                            }[];
                            conditions_in_force: boolean;
                            auto_renew_days: number;
                            /** @enum {string} */
                            billing_party: "tenant" | "partner" | "split";
                            sla_response_hours: number | null;
                            sla_uptime_target: number | null;
                            notify_on_sla_breach: boolean;
                            notify_on_billing_threshold: boolean;
                            billing_alert_threshold: components["schemas"]["Money"] | null;
                            members_count: number;
                            last_used_at: string | null;
                            version: number;
                            conditions: {
                                in_force: boolean;
                            } | null;
                        }[];
                        total: number;
                        limit: number;
                        offset: number;
                        has_more: boolean;
                    };
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, PARTNER_INACTIVE, PERMISSION_DENIED, PERSON_INACTIVE, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postPartnerLinks: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition within 24 hours answer as the first did. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    tenant_slug: string;
                    /** @enum {string} */
                    relationship_type: "msp_managed" | "enterprise_subsidiary" | "reseller_channel" | "audit_only";
                    access_role: string;
                    message: string;
                    duration_days?: number | null;
                    overrides?: unknown;
                    /** Format: date-time */
                    starts_at?: string;
                };
            };
        };
        responses: {
            /** @description Done. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "sent";
                        detail: string;
                    };
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, CROSS_SITE_REQUEST, PARTNER_INACTIVE, PERMISSION_DENIED, PERSON_INACTIVE, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CONFLICT, IDEMPOTENCY_IN_PROGRESS, LINK_ALREADY_LIVE, REQUEST_TOO_SOON */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PAYLOAD_TOO_LARGE */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description IDEMPOTENCY_CONFLICT, VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getPartnerLinksByLinkId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                link_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        link_id: string;
                        /** @description Null until a tenant answered the request. */
                        tenant_id: string | null;
                        tenant_name: string;
                        tenant_slug: string;
                        partner_id: string;
                        partner_name: string;
                        /** @enum {string} */
                        status: "requested" | "approved" | "active" | "suspended" | "expired" | "revoked" | "declined" | "withdrawn" | "lapsed";
                        status_word: string;
                        status_reason: string | null;
                        status_changed_at: string;
                        /** @enum {string|null} */
                        status_changed_by: "partner" | "tenant" | "provider" | "clock" | null;
                        /** @enum {string} */
                        relationship_type: "msp_managed" | "enterprise_subsidiary" | "reseller_channel" | "audit_only";
                        /** @enum {string} */
                        access_role: "msp_full" | "msp_billing" | "msp_support" | "enterprise_hq" | "auditor" | "reseller" | "delegate";
                        role_title: string;
                        role_version: number;
                        /** @enum {string} */
                        initiated_by: "partner" | "tenant" | "provider";
                        starts_at: string;
                        ends_at: string | null;
                        expires_in_days: number | null;
                        renewable_until: string | null;
                        requested_at: string;
                        request_message: string | null;
                        request_expires_at: string;
                        approved_at: string | null;
                        approved_by_name: string | null;
                        permissions: string[];
                        overrides: {
                            pattern: string;
                            /** @enum {string} */
                            effect: "grant" | "deny";
                            reason: string | null;
                            expires_at: string | null;
                        }[];
                        conditions_in_force: boolean;
                        auto_renew_days: number;
                        /** @enum {string} */
                        billing_party: "tenant" | "partner" | "split";
                        sla_response_hours: number | null;
                        sla_uptime_target: number | null;
                        notify_on_sla_breach: boolean;
                        notify_on_billing_threshold: boolean;
                        billing_alert_threshold: components["schemas"]["Money"] | null;
                        members_count: number;
                        last_used_at: string | null;
                        version: number;
                        conditions: {
                            in_force: boolean;
                        } | null;
                        can: string[];
                        cannot: string[];
                        members: {
                            member_id: string;
                            person_id: string;
                            name: string;
                            /** @enum {string|null} */
                            role: "msp_full" | "msp_billing" | "msp_support" | "enterprise_hq" | "auditor" | "reseller" | "delegate" | null;
                            ends_at: string | null;
                            assigned_at: string;
                            /** @enum {string} */
                            factor: "none" | "otp" | "phishing_resistant";
                            last_used_at: string | null;
                        }[];
                        changes: {
                            change_request_id: string;
                            link_id: string;
                            /** @enum {string} */
                            status: "waiting" | "approved" | "declined" | "withdrawn" | "lapsed";
                            rows: {
                                field: string;
                                label: string;
                                before: string;
                                after: string;
                                /** @enum {string} */
                                direction: "widening" | "narrowing" | "mixed" | "neutral";
                            }[];
                            reason: string | null;
                            requested_by_name: string;
                            requested_at: string;
                            expires_at: string;
                            decided_at: string | null;
                        }[];
                        history: {
                            changed_at: string;
                            version: number;
                            event: string;
                            by: string | null;
                            name: string | null;
                            detail: {
                                [key: string]: unknown;
                            };
                        }[];
                    };
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, PARTNER_INACTIVE, PERMISSION_DENIED, PERSON_INACTIVE, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description LINK_NOT_FOUND */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postPartnerLinksByLinkIdAccept: {
        parameters: {
            query?: never;
            header: {
                /** @description Makes a repetition within 24 hours answer as the first did. */
                "Idempotency-Key"?: string;
                /** @description The ETag that was read. */
                "If-Match": string;
            };
            path: {
                link_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    reason?: string;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        link_id: string;
                        /** @description Null until a tenant answered the request. */
                        tenant_id: string | null;
                        tenant_name: string;
                        tenant_slug: string;
                        partner_id: string;
                        partner_name: string;
                        /** @enum {string} */
                        status: "requested" | "approved" | "active" | "suspended" | "expired" | "revoked" | "declined" | "withdrawn" | "lapsed";
                        status_word: string;
                        status_reason: string | null;
                        status_changed_at: string;
                        /** @enum {string|null} */
                        status_changed_by: "partner" | "tenant" | "provider" | "clock" | null;
                        /** @enum {string} */
                        relationship_type: "msp_managed" | "enterprise_subsidiary" | "reseller_channel" | "audit_only";
                        /** @enum {string} */
                        access_role: "msp_full" | "msp_billing" | "msp_support" | "enterprise_hq" | "auditor" | "reseller" | "delegate";
                        role_title: string;
                        role_version: number;
                        /** @enum {string} */
                        initiated_by: "partner" | "tenant" | "provider";
                        starts_at: string;
                        ends_at: string | null;
                        expires_in_days: number | null;
                        renewable_until: string | null;
                        requested_at: string;
                        request_message: string | null;
                        request_expires_at: string;
                        approved_at: string | null;
                        approved_by_name: string | null;
                        permissions: string[];
                        overrides: {
                            pattern: string;
                            /** @enum {string} */
                            effect: "grant" | "deny";
                            reason: string | null;
                            expires_at: string | null;
                        }[];
                        conditions_in_force: boolean;
                        auto_renew_days: number;
                        /** @enum {string} */
                        billing_party: "tenant" | "partner" | "split";
                        sla_response_hours: number | null;
                        sla_uptime_target: number | null;
                        notify_on_sla_breach: boolean;
                        notify_on_billing_threshold: boolean;
                        billing_alert_threshold: components["schemas"]["Money"] | null;
                        members_count: number;
                        last_used_at: string | null;
                        version: number;
                        conditions: {
                            in_force: boolean;
                        } | null;
                    };
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, CROSS_SITE_REQUEST, PARTNER_INACTIVE, PERMISSION_DENIED, PERSON_INACTIVE, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description LINK_NOT_FOUND */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CONFLICT, FULL_ROLE_TAKEN, IDEMPOTENCY_IN_PROGRESS, LINK_STATE_CONFLICT */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PRECONDITION_FAILED */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PAYLOAD_TOO_LARGE */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description IDEMPOTENCY_CONFLICT, VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PRECONDITION_REQUIRED */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getPartnerLinksByLinkIdChanges: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                link_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            change_request_id: string;
                            link_id: string;
                            /** @enum {string} */
                            status: "waiting" | "approved" | "declined" | "withdrawn" | "lapsed";
                            rows: {
                                field: string;
                                label: string;
                                before: string;
                                after: string;
                                /** @enum {string} */
                                direction: "widening" | "narrowing" | "mixed" | "neutral";
                            }[];
                            reason: string | null;
                            requested_by_name: string;
                            requested_at: string;
                            expires_at: string;
                            decided_at: string | null;
                        }[];
                    };
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, PARTNER_INACTIVE, PERMISSION_DENIED, PERSON_INACTIVE, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description LINK_NOT_FOUND */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postPartnerLinksByLinkIdChanges: {
        parameters: {
            query?: never;
            header: {
                /** @description Makes a repetition within 24 hours answer as the first did. */
                "Idempotency-Key"?: string;
                /** @description The ETag that was read. */
                "If-Match": string;
            };
            path: {
                link_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    access_role?: string;
                    overrides?: unknown;
                    /** Format: date-time */
                    ends_at?: string;
                    auto_renew_days?: 0 | 180;
                    reason: string;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        change_request_id: string | null;
                        /** @enum {string} */
                        status: "applied" | "waiting" | "partly_applied" | "unchanged";
                        applied: {
                            field: string;
                            label: string;
                            before: string;
                            after: string;
                            /** @enum {string} */
                            direction: "widening" | "narrowing" | "mixed" | "neutral";
                        }[];
                        waiting: {
                            field: string;
                            label: string;
                            before: string;
                            after: string;
                            /** @enum {string} */
                            direction: "widening" | "narrowing" | "mixed" | "neutral";
                        }[];
                        version: number;
                    };
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, CROSS_SITE_REQUEST, PARTNER_INACTIVE, PERMISSION_DENIED, PERSON_INACTIVE, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description LINK_NOT_FOUND */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CONFLICT, IDEMPOTENCY_IN_PROGRESS, LINK_STATE_CONFLICT */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PRECONDITION_FAILED */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PAYLOAD_TOO_LARGE */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description IDEMPOTENCY_CONFLICT, VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PRECONDITION_REQUIRED */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postPartnerLinksByLinkIdChangesByChangeRequestIdWithdraw: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition within 24 hours answer as the first did. */
                "Idempotency-Key"?: string;
            };
            path: {
                link_id: string;
                change_request_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    reason?: string;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        change_request_id: string;
                        link_id: string;
                        /** @enum {string} */
                        status: "waiting" | "approved" | "declined" | "withdrawn" | "lapsed";
                        rows: {
                            field: string;
                            label: string;
                            before: string;
                            after: string;
                            /** @enum {string} */
                            direction: "widening" | "narrowing" | "mixed" | "neutral";
                        }[];
                        reason: string | null;
                        requested_by_name: string;
                        requested_at: string;
                        expires_at: string;
                        decided_at: string | null;
                    };
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, CROSS_SITE_REQUEST, PARTNER_INACTIVE, PERMISSION_DENIED, PERSON_INACTIVE, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CHANGE_NOT_FOUND, LINK_NOT_FOUND */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CONFLICT, IDEMPOTENCY_IN_PROGRESS, LINK_STATE_CONFLICT */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PAYLOAD_TOO_LARGE */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description IDEMPOTENCY_CONFLICT, VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getPartnerLinksByLinkIdMembers: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                link_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        members: {
                            member_id: string;
                            person_id: string;
                            name: string;
                            /** @enum {string|null} */
                            role: "msp_full" | "msp_billing" | "msp_support" | "enterprise_hq" | "auditor" | "reseller" | "delegate" | null;
                            ends_at: string | null;
                            assigned_at: string;
                            /** @enum {string} */
                            factor: "none" | "otp" | "phishing_resistant";
                            last_used_at: string | null;
                        }[];
                    };
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, PARTNER_INACTIVE, PERMISSION_DENIED, PERSON_INACTIVE, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description LINK_NOT_FOUND */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    putPartnerLinksByLinkIdMembers: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                link_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    members: {
                        /** @description The id of a member. */
                        member_id: string;
                        role?: string | null;
                        ends_at?: string | null;
                    }[];
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        members: {
                            member_id: string;
                            person_id: string;
                            name: string;
                            /** @enum {string|null} */
                            role: "msp_full" | "msp_billing" | "msp_support" | "enterprise_hq" | "auditor" | "reseller" | "delegate" | null;
                            ends_at: string | null;
                            assigned_at: string;
                            /** @enum {string} */
                            factor: "none" | "otp" | "phishing_resistant";
                            last_used_at: string | null;
                        }[];
                    };
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, CROSS_SITE_REQUEST, PARTNER_INACTIVE, PERMISSION_DENIED, PERSON_INACTIVE, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description LINK_NOT_FOUND, MEMBER_NOT_FOUND */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CONFLICT, LINK_STATE_CONFLICT */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PAYLOAD_TOO_LARGE */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postPartnerLinksByLinkIdRenew: {
        parameters: {
            query?: never;
            header: {
                /** @description Makes a repetition within 24 hours answer as the first did. */
                "Idempotency-Key"?: string;
                /** @description The ETag that was read. */
                "If-Match": string;
            };
            path: {
                link_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    reason?: string;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        change_request_id: string | null;
                        /** @enum {string} */
                        status: "applied" | "waiting" | "partly_applied" | "unchanged";
                        applied: {
                            field: string;
                            label: string;
                            before: string;
                            after: string;
                            /** @enum {string} */
                            direction: "widening" | "narrowing" | "mixed" | "neutral";
                        }[];
                        waiting: {
                            field: string;
                            label: string;
                            before: string;
                            after: string;
                            /** @enum {string} */
                            direction: "widening" | "narrowing" | "mixed" | "neutral";
                        }[];
                        version: number;
                    };
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, CROSS_SITE_REQUEST, PARTNER_INACTIVE, PERMISSION_DENIED, PERSON_INACTIVE, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description LINK_NOT_FOUND */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CONFLICT, IDEMPOTENCY_IN_PROGRESS, LINK_STATE_CONFLICT */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PRECONDITION_FAILED */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PAYLOAD_TOO_LARGE */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description IDEMPOTENCY_CONFLICT, VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PRECONDITION_REQUIRED */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postPartnerLinksByLinkIdResume: {
        parameters: {
            query?: never;
            header: {
                /** @description Makes a repetition within 24 hours answer as the first did. */
                "Idempotency-Key"?: string;
                /** @description The ETag that was read. */
                "If-Match": string;
            };
            path: {
                link_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    reason?: string;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        link_id: string;
                        /** @description Null until a tenant answered the request. */
                        tenant_id: string | null;
                        tenant_name: string;
                        tenant_slug: string;
                        partner_id: string;
                        partner_name: string;
                        /** @enum {string} */
                        status: "requested" | "approved" | "active" | "suspended" | "expired" | "revoked" | "declined" | "withdrawn" | "lapsed";
                        status_word: string;
                        status_reason: string | null;
                        status_changed_at: string;
                        /** @enum {string|null} */
                        status_changed_by: "partner" | "tenant" | "provider" | "clock" | null;
                        /** @enum {string} */
                        relationship_type: "msp_managed" | "enterprise_subsidiary" | "reseller_channel" | "audit_only";
                        /** @enum {string} */
                        access_role: "msp_full" | "msp_billing" | "msp_support" | "enterprise_hq" | "auditor" | "reseller" | "delegate";
                        role_title: string;
                        role_version: number;
                        /** @enum {string} */
                        initiated_by: "partner" | "tenant" | "provider";
                        starts_at: string;
                        ends_at: string | null;
                        expires_in_days: number | null;
                        renewable_until: string | null;
                        requested_at: string;
                        request_message: string | null;
                        request_expires_at: string;
                        approved_at: string | null;
                        approved_by_name: string | null;
                        permissions: string[];
                        overrides: {
                            pattern: string;
                            /** @enum {string} */
                            effect: "grant" | "deny";
                            reason: string | null;
                            expires_at: string | null;
                        }[];
                        conditions_in_force: boolean;
                        auto_renew_days: number;
                        /** @enum {string} */
                        billing_party: "tenant" | "partner" | "split";
                        sla_response_hours: number | null;
                        sla_uptime_target: number | null;
                        notify_on_sla_breach: boolean;
                        notify_on_billing_threshold: boolean;
                        billing_alert_threshold: components["schemas"]["Money"] | null;
                        members_count: number;
                        last_used_at: string | null;
                        version: number;
                        conditions: {
                            in_force: boolean;
                        } | null;
                    };
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, CROSS_SITE_REQUEST, PARTNER_INACTIVE, PERMISSION_DENIED, PERSON_INACTIVE, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description LINK_NOT_FOUND */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CONFLICT, IDEMPOTENCY_IN_PROGRESS, LINK_STATE_CONFLICT */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PRECONDITION_FAILED */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PAYLOAD_TOO_LARGE */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description IDEMPOTENCY_CONFLICT, VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PRECONDITION_REQUIRED */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postPartnerLinksByLinkIdSuspend: {
        parameters: {
            query?: never;
            header: {
                /** @description Makes a repetition within 24 hours answer as the first did. */
                "Idempotency-Key"?: string;
                /** @description The ETag that was read. */
                "If-Match": string;
            };
            path: {
                link_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    reason?: string;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        link_id: string;
                        /** @description Null until a tenant answered the request. */
                        tenant_id: string | null;
                        tenant_name: string;
                        tenant_slug: string;
                        partner_id: string;
                        partner_name: string;
                        /** @enum {string} */
                        status: "requested" | "approved" | "active" | "suspended" | "expired" | "revoked" | "declined" | "withdrawn" | "lapsed";
                        status_word: string;
                        status_reason: string | null;
                        status_changed_at: string;
                        /** @enum {string|null} */
                        status_changed_by: "partner" | "tenant" | "provider" | "clock" | null;
                        /** @enum {string} */
                        relationship_type: "msp_managed" | "enterprise_subsidiary" | "reseller_channel" | "audit_only";
                        /** @enum {string} */
                        access_role: "msp_full" | "msp_billing" | "msp_support" | "enterprise_hq" | "auditor" | "reseller" | "delegate";
                        role_title: string;
                        role_version: number;
                        /** @enum {string} */
                        initiated_by: "partner" | "tenant" | "provider";
                        starts_at: string;
                        ends_at: string | null;
                        expires_in_days: number | null;
                        renewable_until: string | null;
                        requested_at: string;
                        request_message: string | null;
                        request_expires_at: string;
                        approved_at: string | null;
                        approved_by_name: string | null;
                        permissions: string[];
                        overrides: {
                            pattern: string;
                            /** @enum {string} */
                            effect: "grant" | "deny";
                            reason: string | null;
                            expires_at: string | null;
                        }[];
                        conditions_in_force: boolean;
                        auto_renew_days: number;
                        /** @enum {string} */
                        billing_party: "tenant" | "partner" | "split";
                        sla_response_hours: number | null;
                        sla_uptime_target: number | null;
                        notify_on_sla_breach: boolean;
                        notify_on_billing_threshold: boolean;
                        billing_alert_threshold: components["schemas"]["Money"] | null;
                        members_count: number;
                        last_used_at: string | null;
                        version: number;
                        conditions: {
                            in_force: boolean;
                        } | null;
                    };
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, CROSS_SITE_REQUEST, PARTNER_INACTIVE, PERMISSION_DENIED, PERSON_INACTIVE, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description LINK_NOT_FOUND */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CONFLICT, IDEMPOTENCY_IN_PROGRESS, LINK_STATE_CONFLICT */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PRECONDITION_FAILED */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PAYLOAD_TOO_LARGE */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description IDEMPOTENCY_CONFLICT, VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PRECONDITION_REQUIRED */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postPartnerLinksByLinkIdTerminate: {
        parameters: {
            query?: never;
            header: {
                /** @description Makes a repetition within 24 hours answer as the first did. */
                "Idempotency-Key"?: string;
                /** @description The ETag that was read. */
                "If-Match": string;
            };
            path: {
                link_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    reason?: string;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        link_id: string;
                        /** @description Null until a tenant answered the request. */
                        tenant_id: string | null;
                        tenant_name: string;
                        tenant_slug: string;
                        partner_id: string;
                        partner_name: string;
                        /** @enum {string} */
                        status: "requested" | "approved" | "active" | "suspended" | "expired" | "revoked" | "declined" | "withdrawn" | "lapsed";
                        status_word: string;
                        status_reason: string | null;
                        status_changed_at: string;
                        /** @enum {string|null} */
                        status_changed_by: "partner" | "tenant" | "provider" | "clock" | null;
                        /** @enum {string} */
                        relationship_type: "msp_managed" | "enterprise_subsidiary" | "reseller_channel" | "audit_only";
                        /** @enum {string} */
                        access_role: "msp_full" | "msp_billing" | "msp_support" | "enterprise_hq" | "auditor" | "reseller" | "delegate";
                        role_title: string;
                        role_version: number;
                        /** @enum {string} */
                        initiated_by: "partner" | "tenant" | "provider";
                        starts_at: string;
                        ends_at: string | null;
                        expires_in_days: number | null;
                        renewable_until: string | null;
                        requested_at: string;
                        request_message: string | null;
                        request_expires_at: string;
                        approved_at: string | null;
                        approved_by_name: string | null;
                        permissions: string[];
                        overrides: {
                            pattern: string;
                            /** @enum {string} */
                            effect: "grant" | "deny";
                            reason: string | null;
                            expires_at: string | null;
                        }[];
                        conditions_in_force: boolean;
                        auto_renew_days: number;
                        /** @enum {string} */
                        billing_party: "tenant" | "partner" | "split";
                        sla_response_hours: number | null;
                        sla_uptime_target: number | null;
                        notify_on_sla_breach: boolean;
                        notify_on_billing_threshold: boolean;
                        billing_alert_threshold: components["schemas"]["Money"] | null;
                        members_count: number;
                        last_used_at: string | null;
                        version: number;
                        conditions: {
                            in_force: boolean;
                        } | null;
                    };
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, CROSS_SITE_REQUEST, PARTNER_INACTIVE, PERMISSION_DENIED, PERSON_INACTIVE, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description LINK_NOT_FOUND */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CONFLICT, IDEMPOTENCY_IN_PROGRESS, LINK_STATE_CONFLICT */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PRECONDITION_FAILED */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PAYLOAD_TOO_LARGE */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description IDEMPOTENCY_CONFLICT, VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PRECONDITION_REQUIRED */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postPartnerLinksByLinkIdWithdraw: {
        parameters: {
            query?: never;
            header: {
                /** @description Makes a repetition within 24 hours answer as the first did. */
                "Idempotency-Key"?: string;
                /** @description The ETag that was read. */
                "If-Match": string;
            };
            path: {
                link_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    reason?: string;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        link_id: string;
                        /** @description Null until a tenant answered the request. */
                        tenant_id: string | null;
                        tenant_name: string;
                        tenant_slug: string;
                        partner_id: string;
                        partner_name: string;
                        /** @enum {string} */
                        status: "requested" | "approved" | "active" | "suspended" | "expired" | "revoked" | "declined" | "withdrawn" | "lapsed";
                        status_word: string;
                        status_reason: string | null;
                        status_changed_at: string;
                        /** @enum {string|null} */
                        status_changed_by: "partner" | "tenant" | "provider" | "clock" | null;
                        /** @enum {string} */
                        relationship_type: "msp_managed" | "enterprise_subsidiary" | "reseller_channel" | "audit_only";
                        /** @enum {string} */
                        access_role: "msp_full" | "msp_billing" | "msp_support" | "enterprise_hq" | "auditor" | "reseller" | "delegate";
                        role_title: string;
                        role_version: number;
                        /** @enum {string} */
                        initiated_by: "partner" | "tenant" | "provider";
                        starts_at: string;
                        ends_at: string | null;
                        expires_in_days: number | null;
                        renewable_until: string | null;
                        requested_at: string;
                        request_message: string | null;
                        request_expires_at: string;
                        approved_at: string | null;
                        approved_by_name: string | null;
                        permissions: string[];
                        overrides: {
                            pattern: string;
                            /** @enum {string} */
                            effect: "grant" | "deny";
                            reason: string | null;
                            expires_at: string | null;
                        }[];
                        conditions_in_force: boolean;
                        auto_renew_days: number;
                        /** @enum {string} */
                        billing_party: "tenant" | "partner" | "split";
                        sla_response_hours: number | null;
                        sla_uptime_target: number | null;
                        notify_on_sla_breach: boolean;
                        notify_on_billing_threshold: boolean;
                        billing_alert_threshold: components["schemas"]["Money"] | null;
                        members_count: number;
                        last_used_at: string | null;
                        version: number;
                        conditions: {
                            in_force: boolean;
                        } | null;
                    };
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, CROSS_SITE_REQUEST, PARTNER_INACTIVE, PERMISSION_DENIED, PERSON_INACTIVE, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description LINK_NOT_FOUND */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CONFLICT, IDEMPOTENCY_IN_PROGRESS, LINK_STATE_CONFLICT */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PRECONDITION_FAILED */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PAYLOAD_TOO_LARGE */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description IDEMPOTENCY_CONFLICT, VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PRECONDITION_REQUIRED */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getPartnerMembers: {
        parameters: {
            query?: {
                limit?: string;
                offset?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["PartnerMember"][];
                        total: number;
                        limit: number;
                        offset: number;
                        has_more: boolean;
                    };
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, PARTNER_INACTIVE, PERMISSION_DENIED, PERSON_INACTIVE, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postPartnerMembersInvite: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition within 24 hours answer as the first did. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    email: string;
                    /** @enum {string} */
                    role: "PARTNER_OWNER" | "PARTNER_STAFF";
                };
            };
        };
        responses: {
            /** @description Done. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InvitationSent"];
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, CROSS_SITE_REQUEST, PARTNER_INACTIVE, PERMISSION_DENIED, PERSON_INACTIVE, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CONFLICT, IDEMPOTENCY_IN_PROGRESS, MEMBER_EXISTS */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PAYLOAD_TOO_LARGE */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description IDEMPOTENCY_CONFLICT, VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getPartnerPermissions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            name: string;
                            area: string;
                            sentence: string;
                            sensitive: boolean;
                            spends: boolean;
                            feature: string | null;
                        }[];
                    };
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, PARTNER_INACTIVE, PERMISSION_DENIED, PERSON_INACTIVE, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getPartnerProvisioningSubscribers: {
        parameters: {
            query?: {
                status?: string;
                search?: string;
                sort_by?: "name" | "created_at" | "status";
                sort_order?: "asc" | "desc";
                limit?: string;
                offset?: string;
            };
            header: {
                /** @description The tenant that is worked in; echoed in the answer. */
                "X-Active-Tenant-Id": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SubscriberPage"];
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH, TENANT_CONTEXT_REQUIRED */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, FEATURE_DISABLED, IP_NOT_ALLOWED, MFA_REQUIRED, NOT_ASSIGNED, OUTSIDE_HOURS, PARTNER_INACTIVE, PERMISSION_DENIED, PERSON_INACTIVE, TENANT_INACTIVE, TENANT_LINK_EXPIRED, TENANT_LINK_NOT_STARTED, TENANT_LINK_REVOKED, TENANT_LINK_SUSPENDED, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TENANT_NOT_FOUND */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getPartnerRoles: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            /** @enum {string} */
                            role: "msp_full" | "msp_billing" | "msp_support" | "enterprise_hq" | "auditor" | "reseller" | "delegate";
                            alias: string;
                            title: string;
                            version: number;
                            permissions: string[];
                            may_be_granted: string[];
                            relationship_types: {
                                /** @enum {string} */
                                type: "msp_managed" | "enterprise_subsidiary" | "reseller_channel" | "audit_only";
                                title: string;
                            }[];
                            can: string[];
                            cannot: string[];
                        }[];
                    };
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, PARTNER_INACTIVE, PERMISSION_DENIED, PERSON_INACTIVE, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getPartnerSupportAssignees: {
        parameters: {
            query?: never;
            header: {
                /** @description The tenant that is worked in; echoed in the answer. */
                "X-Active-Tenant-Id": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AssigneeList"];
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH, TENANT_CONTEXT_REQUIRED */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, FEATURE_DISABLED, IP_NOT_ALLOWED, MFA_REQUIRED, NOT_ASSIGNED, OUTSIDE_HOURS, PARTNER_INACTIVE, PERMISSION_DENIED, PERSON_INACTIVE, TENANT_INACTIVE, TENANT_LINK_EXPIRED, TENANT_LINK_NOT_STARTED, TENANT_LINK_REVOKED, TENANT_LINK_SUSPENDED, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TENANT_NOT_FOUND */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getPartnerSupportTickets: {
        parameters: {
            query?: {
                status?: string;
                priority?: string;
                assigned_to?: string;
                unassigned?: "true" | "false";
                mine?: "true" | "false";
                sla_state?: string;
                category?: string;
                created_from?: string;
                created_to?: string;
                updated_since?: string;
                search?: string;
                sort_by?: "created_at" | "updated_at" | "sla_due" | "priority";
                sort_order?: "asc" | "desc";
                cursor?: string;
                limit?: string;
                offset?: string;
                tenant_ids?: string;
            };
            header?: {
                /** @description The tenant that is worked in; echoed in the answer. */
                "X-Active-Tenant-Id"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TicketPage"];
                };
            };
            /** @description CURSOR_INVALID, MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH, TENANT_CONTEXT_REQUIRED */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, FEATURE_DISABLED, IP_NOT_ALLOWED, MFA_REQUIRED, NOT_ASSIGNED, OUTSIDE_HOURS, PARTNER_INACTIVE, PERMISSION_DENIED, PERSON_INACTIVE, TENANT_INACTIVE, TENANT_LINK_EXPIRED, TENANT_LINK_NOT_STARTED, TENANT_LINK_REVOKED, TENANT_LINK_SUSPENDED, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TENANT_NOT_FOUND */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postPartnerSupportTickets: {
        parameters: {
            query?: never;
            header: {
                /** @description The tenant that is worked in; echoed in the answer. */
                "X-Active-Tenant-Id": string;
                /** @description Makes a repetition within 24 hours answer as the first did. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewTicket"];
            };
        };
        responses: {
            /** @description Done. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TicketOpened"];
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH, TENANT_CONTEXT_REQUIRED */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, CROSS_SITE_REQUEST, FEATURE_DISABLED, IP_NOT_ALLOWED, MFA_REQUIRED, NOT_ASSIGNED, OUTSIDE_HOURS, PARTNER_INACTIVE, PERMISSION_DENIED, PERSON_INACTIVE, TENANT_INACTIVE, TENANT_LINK_EXPIRED, TENANT_LINK_NOT_STARTED, TENANT_LINK_REVOKED, TENANT_LINK_SUSPENDED, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TENANT_NOT_FOUND */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CONFLICT, IDEMPOTENCY_IN_PROGRESS */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PAYLOAD_TOO_LARGE */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description IDEMPOTENCY_CONFLICT, VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getPartnerSupportTicketsByTicketId: {
        parameters: {
            query?: never;
            header: {
                /** @description The tenant that is worked in; echoed in the answer. */
                "X-Active-Tenant-Id": string;
            };
            path: {
                ticket_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TicketDetail"];
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH, TENANT_CONTEXT_REQUIRED */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, FEATURE_DISABLED, IP_NOT_ALLOWED, MFA_REQUIRED, NOT_ASSIGNED, OUTSIDE_HOURS, PARTNER_INACTIVE, PERMISSION_DENIED, PERSON_INACTIVE, TENANT_INACTIVE, TENANT_LINK_EXPIRED, TENANT_LINK_NOT_STARTED, TENANT_LINK_REVOKED, TENANT_LINK_SUSPENDED, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TENANT_NOT_FOUND, TICKET_NOT_FOUND */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    patchPartnerSupportTicketsByTicketId: {
        parameters: {
            query?: never;
            header: {
                /** @description The tenant that is worked in; echoed in the answer. */
                "X-Active-Tenant-Id": string;
                /** @description The ETag that was read. */
                "If-Match": string;
            };
            path: {
                ticket_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TicketChange"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TicketChanged"];
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH, TENANT_CONTEXT_REQUIRED */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, CROSS_SITE_REQUEST, FEATURE_DISABLED, IP_NOT_ALLOWED, MFA_REQUIRED, NOT_ASSIGNED, OUTSIDE_HOURS, PARTNER_INACTIVE, PERMISSION_DENIED, PERSON_INACTIVE, TENANT_INACTIVE, TENANT_LINK_EXPIRED, TENANT_LINK_NOT_STARTED, TENANT_LINK_REVOKED, TENANT_LINK_SUSPENDED, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TENANT_NOT_FOUND, TICKET_NOT_FOUND */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CONFLICT, TICKET_STATE_CONFLICT */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PRECONDITION_FAILED */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PAYLOAD_TOO_LARGE */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PRECONDITION_REQUIRED */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postPartnerSupportTicketsByTicketIdComments: {
        parameters: {
            query?: never;
            header: {
                /** @description The tenant that is worked in; echoed in the answer. */
                "X-Active-Tenant-Id": string;
                /** @description Makes a repetition within 24 hours answer as the first did. */
                "Idempotency-Key"?: string;
            };
            path: {
                ticket_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewComment"];
            };
        };
        responses: {
            /** @description Done. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TicketChanged"];
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH, TENANT_CONTEXT_REQUIRED */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, CROSS_SITE_REQUEST, FEATURE_DISABLED, IP_NOT_ALLOWED, MFA_REQUIRED, NOT_ASSIGNED, OUTSIDE_HOURS, PARTNER_INACTIVE, PERMISSION_DENIED, PERSON_INACTIVE, TENANT_INACTIVE, TENANT_LINK_EXPIRED, TENANT_LINK_NOT_STARTED, TENANT_LINK_REVOKED, TENANT_LINK_SUSPENDED, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TENANT_NOT_FOUND, TICKET_NOT_FOUND */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CONFLICT, IDEMPOTENCY_IN_PROGRESS, TICKET_STATE_CONFLICT */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PAYLOAD_TOO_LARGE */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description IDEMPOTENCY_CONFLICT, VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getTenantBillingInvoices: {
        parameters: {
            query?: {
                from_date?: string;
                to_date?: string;
                status?: string;
                min_amount?: string;
                max_amount?: string;
                currency?: string;
                overdue_days_min?: string;
                search?: string;
                sort_by?: "invoice_date" | "amount" | "status";
                sort_order?: "asc" | "desc";
                cursor?: string;
                limit?: string;
                offset?: string;
            };
            header?: {
                /** @description The tenant that is worked in; echoed in the answer. */
                "X-Active-Tenant-Id"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InvoicePage"];
                };
            };
            /** @description CURSOR_INVALID, MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, PERMISSION_DENIED, PERSON_INACTIVE, TENANT_INACTIVE, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TENANT_NOT_FOUND */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getTenantBillingInvoicesByInvoiceId: {
        parameters: {
            query?: never;
            header?: {
                /** @description The tenant that is worked in; echoed in the answer. */
                "X-Active-Tenant-Id"?: string;
            };
            path: {
                invoice_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InvoiceDetail"];
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, PERMISSION_DENIED, PERSON_INACTIVE, TENANT_INACTIVE, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INVOICE_NOT_FOUND, TENANT_NOT_FOUND */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getTenantHome: {
        parameters: {
            query?: never;
            header?: {
                /** @description The tenant that is worked in; echoed in the answer. */
                "X-Active-Tenant-Id"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        tenant: {
                            tenant_id: string;
                            name: string;
                        };
                        who_has_access: {
                            partners: number;
                            people: number;
                            suspended: number;
                            last_use: string | null;
                            ends_soon: number;
                            waiting: number;
                            waiting_changes: number;
                        } | null;
                        subscribers: number;
                        open_invoices: number;
                        open_tickets: number;
                    };
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, PERMISSION_DENIED, PERSON_INACTIVE, TENANT_INACTIVE, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TENANT_NOT_FOUND */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postTenantMembersInvite: {
        parameters: {
            query?: never;
            header?: {
                /** @description The tenant that is worked in; echoed in the answer. */
                "X-Active-Tenant-Id"?: string;
                /** @description Makes a repetition within 24 hours answer as the first did. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    email: string;
                    /** @enum {string} */
                    role: "TENANT_ADMIN" | "TENANT_USER";
                };
            };
        };
        responses: {
            /** @description Done. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InvitationSent"];
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, CROSS_SITE_REQUEST, PERMISSION_DENIED, PERSON_INACTIVE, TENANT_INACTIVE, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TENANT_NOT_FOUND */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CONFLICT, IDEMPOTENCY_IN_PROGRESS */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PAYLOAD_TOO_LARGE */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description IDEMPOTENCY_CONFLICT, VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postTenantPartnerAccessAccessExplain: {
        parameters: {
            query?: never;
            header?: {
                /** @description The tenant that is worked in; echoed in the answer. */
                "X-Active-Tenant-Id"?: string;
                /** @description Makes a repetition within 24 hours answer as the first did. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The id of a person. */
                    user_id: string;
                    /** @description The id of a partner. */
                    partner_id: string;
                    permission: string;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        explain_id: string;
                        /** @enum {string} */
                        decision: "allow" | "deny";
                        code: string;
                        sentence: string;
                        next_step: string | null;
                        as_of: string;
                        person_id: string | null;
                        person_name: string | null;
                        tenant_id: string | null;
                        permission: string;
                        first_blocker: {
                            order: number;
                            check: string;
                            /** @enum {string} */
                            state: "pass" | "fail" | "not_evaluated" | "unknown" | "hidden";
                            detail: string;
                            /** @enum {string} */
                            owner: "self" | "partner" | "tenant" | "provider";
                            remedy: string | null;
                            evidence: {
                                type: string;
                                id: string;
                            } | null;
                        } | null;
                        steps: {
                            order: number;
                            check: string;
                            /** @enum {string} */
                            state: "pass" | "fail" | "not_evaluated" | "unknown" | "hidden";
                            detail: string;
                            /** @enum {string} */
                            owner: "self" | "partner" | "tenant" | "provider";
                            remedy: string | null;
                            evidence: {
                                type: string;
                                id: string;
                            } | null;
                        }[];
                        remedies: {
                            text: string;
                            /** @enum {string} */
                            who: "self" | "partner" | "tenant" | "provider";
                        }[];
                        effective_permissions: string[] | null;
                    };
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, CROSS_SITE_REQUEST, PERMISSION_DENIED, PERSON_INACTIVE, TENANT_INACTIVE, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PERSON_NOT_FOUND, TENANT_NOT_FOUND */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CONFLICT, IDEMPOTENCY_IN_PROGRESS */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PAYLOAD_TOO_LARGE */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description IDEMPOTENCY_CONFLICT, VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getTenantPartnerAccessAccessExplainByExplainId: {
        parameters: {
            query?: never;
            header?: {
                /** @description The tenant that is worked in; echoed in the answer. */
                "X-Active-Tenant-Id"?: string;
            };
            path: {
                explain_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        explain_id: string;
                        /** @enum {string} */
                        decision: "allow" | "deny";
                        code: string;
                        sentence: string;
                        next_step: string | null;
                        as_of: string;
                        person_id: string | null;
                        person_name: string | null;
                        tenant_id: string | null;
                        permission: string;
                        first_blocker: {
                            order: number;
                            check: string;
                            /** @enum {string} */
                            state: "pass" | "fail" | "not_evaluated" | "unknown" | "hidden";
                            detail: string;
                            /** @enum {string} */
                            owner: "self" | "partner" | "tenant" | "provider";
                            remedy: string | null;
                            evidence: {
                                type: string;
                                id: string;
                            } | null;
                        } | null;
                        steps: {
                            order: number;
                            check: string;
                            /** @enum {string} */
                            state: "pass" | "fail" | "not_evaluated" | "unknown" | "hidden";
                            detail: string;
                            /** @enum {string} */
                            owner: "self" | "partner" | "tenant" | "provider";
                            remedy: string | null;
                            evidence: {
                                type: string;
                                id: string;
                            } | null;
                        }[];
                        remedies: {
                            text: string;
                            /** @enum {string} */
                            who: "self" | "partner" | "tenant" | "provider";
                        }[];
                        effective_permissions: string[] | null;
                    };
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, PERMISSION_DENIED, PERSON_INACTIVE, TENANT_INACTIVE, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description EXPLANATION_NOT_FOUND, TENANT_NOT_FOUND */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getTenantPartnerAccessActivity: {
        parameters: {
            query?: {
                person_id?: string;
                by?: "partner" | "tenant" | "provider";
                action?: string;
                outcome?: string;
                request_id?: string;
                search?: string;
                from?: string;
                to?: string;
                partner_id?: string;
                cursor?: string;
                limit?: string;
            };
            header?: {
                /** @description The tenant that is worked in; echoed in the answer. */
                "X-Active-Tenant-Id"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ActivityPage"];
                };
            };
            /** @description CURSOR_INVALID, MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, PERMISSION_DENIED, PERSON_INACTIVE, TENANT_INACTIVE, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TENANT_NOT_FOUND */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getTenantPartnerAccessActivityExport: {
        parameters: {
            query?: {
                person_id?: string;
                by?: "partner" | "tenant" | "provider";
                action?: string;
                outcome?: string;
                request_id?: string;
                search?: string;
                from?: string;
                to?: string;
                partner_id?: string;
                format?: "csv" | "jsonl";
            };
            header?: {
                /** @description The tenant that is worked in; echoed in the answer. */
                "X-Active-Tenant-Id"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": string;
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, PERMISSION_DENIED, PERSON_INACTIVE, TENANT_INACTIVE, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TENANT_NOT_FOUND */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getTenantPartnerAccessChanges: {
        parameters: {
            query?: {
                status?: "waiting" | "approved" | "declined" | "withdrawn" | "lapsed";
            };
            header?: {
                /** @description The tenant that is worked in; echoed in the answer. */
                "X-Active-Tenant-Id"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            change_request_id: string;
                            link_id: string;
                            /** @enum {string} */
                            status: "waiting" | "approved" | "declined" | "withdrawn" | "lapsed";
                            rows: {
                                field: string;
                                label: string;
                                before: string;
                                after: string;
                                /** @enum {string} */
                                direction: "widening" | "narrowing" | "mixed" | "neutral";
                            }[];
                            reason: string | null;
                            requested_by_name: string;
                            requested_at: string;
                            expires_at: string;
                            decided_at: string | null;
                            partner_name: string;
                            snapshot_token: string | null;
                        }[];
                    };
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, PERMISSION_DENIED, PERSON_INACTIVE, TENANT_INACTIVE, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TENANT_NOT_FOUND */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postTenantPartnerAccessChangesByChangeRequestIdApprove: {
        parameters: {
            query?: never;
            header?: {
                /** @description The tenant that is worked in; echoed in the answer. */
                "X-Active-Tenant-Id"?: string;
                /** @description Makes a repetition within 24 hours answer as the first did. */
                "Idempotency-Key"?: string;
            };
            path: {
                change_request_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    snapshot_token: string;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        change_request_id: string;
                        link_id: string;
                        /** @enum {string} */
                        status: "waiting" | "approved" | "declined" | "withdrawn" | "lapsed";
                        rows: {
                            field: string;
                            label: string;
                            before: string;
                            after: string;
                            /** @enum {string} */
                            direction: "widening" | "narrowing" | "mixed" | "neutral";
                        }[];
                        reason: string | null;
                        requested_by_name: string;
                        requested_at: string;
                        expires_at: string;
                        decided_at: string | null;
                        partner_name: string;
                        snapshot_token: string | null;
                    };
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, CROSS_SITE_REQUEST, PERMISSION_DENIED, PERSON_INACTIVE, TENANT_INACTIVE, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CHANGE_NOT_FOUND, TENANT_NOT_FOUND */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CONFLICT, FULL_ROLE_TAKEN, IDEMPOTENCY_IN_PROGRESS, LINK_STATE_CONFLICT, SNAPSHOT_STALE */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PAYLOAD_TOO_LARGE */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description IDEMPOTENCY_CONFLICT, VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postTenantPartnerAccessChangesByChangeRequestIdDecline: {
        parameters: {
            query?: never;
            header?: {
                /** @description The tenant that is worked in; echoed in the answer. */
                "X-Active-Tenant-Id"?: string;
                /** @description Makes a repetition within 24 hours answer as the first did. */
                "Idempotency-Key"?: string;
            };
            path: {
                change_request_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    reason?: string;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        change_request_id: string;
                        link_id: string;
                        /** @enum {string} */
                        status: "waiting" | "approved" | "declined" | "withdrawn" | "lapsed";
                        rows: {
                            field: string;
                            label: string;
                            before: string;
                            after: string;
                            /** @enum {string} */
                            direction: "widening" | "narrowing" | "mixed" | "neutral";
                        }[];
                        reason: string | null;
                        requested_by_name: string;
                        requested_at: string;
                        expires_at: string;
                        decided_at: string | null;
                        partner_name: string;
                        snapshot_token: string | null;
                    };
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, CROSS_SITE_REQUEST, PERMISSION_DENIED, PERSON_INACTIVE, TENANT_INACTIVE, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CHANGE_NOT_FOUND, TENANT_NOT_FOUND */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CONFLICT, IDEMPOTENCY_IN_PROGRESS, LINK_STATE_CONFLICT */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PAYLOAD_TOO_LARGE */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description IDEMPOTENCY_CONFLICT, VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postTenantPartnerAccessFreeze: {
        parameters: {
            query?: never;
            header?: {
                /** @description The tenant that is worked in; echoed in the answer. */
                "X-Active-Tenant-Id"?: string;
                /** @description Makes a repetition within 24 hours answer as the first did. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @constant */
                    scope: "partner";
                    /** @description The id of a partner. */
                    partner_id: string;
                    reason?: string;
                } | {
                    /** @constant */
                    scope: "tenant";
                    reason?: string;
                };
            };
        };
        responses: {
            /** @description Done. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        freeze_id: string;
                        /** @enum {string} */
                        scope: "platform" | "partner" | "tenant" | "delegation" | "person";
                        partner_id: string | null;
                        partner_name: string | null;
                        tenant_id: string | null;
                        tenant_name: string | null;
                        link_id: string | null;
                        person_id: string | null;
                        person_name: string | null;
                        reason: string | null;
                        in_force: boolean;
                        set_by_name: string;
                        /** @enum {string} */
                        set_by_side: "partner" | "tenant" | "provider";
                        created_at: string;
                        lift_asked_at: string | null;
                        lift_asked_by_you: boolean;
                        lifted_at: string | null;
                        lift_reason: string | null;
                    };
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, CROSS_SITE_REQUEST, PERMISSION_DENIED, PERSON_INACTIVE, TENANT_INACTIVE, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description FREEZE_TARGET_NOT_FOUND, TENANT_NOT_FOUND */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CONFLICT, IDEMPOTENCY_IN_PROGRESS */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PAYLOAD_TOO_LARGE */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description IDEMPOTENCY_CONFLICT, VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteTenantPartnerAccessFreezeByFreezeId: {
        parameters: {
            query?: never;
            header?: {
                /** @description The tenant that is worked in; echoed in the answer. */
                "X-Active-Tenant-Id"?: string;
            };
            path: {
                freeze_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    reason: string;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        freeze_id: string;
                        /** @enum {string} */
                        scope: "platform" | "partner" | "tenant" | "delegation" | "person";
                        partner_id: string | null;
                        partner_name: string | null;
                        tenant_id: string | null;
                        tenant_name: string | null;
                        link_id: string | null;
                        person_id: string | null;
                        person_name: string | null;
                        reason: string | null;
                        in_force: boolean;
                        set_by_name: string;
                        /** @enum {string} */
                        set_by_side: "partner" | "tenant" | "provider";
                        created_at: string;
                        lift_asked_at: string | null;
                        lift_asked_by_you: boolean;
                        lifted_at: string | null;
                        lift_reason: string | null;
                    };
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, CROSS_SITE_REQUEST, PERMISSION_DENIED, PERSON_INACTIVE, TENANT_INACTIVE, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description FREEZE_NOT_FOUND, TENANT_NOT_FOUND */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CONFLICT, FREEZE_LIFTED */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PAYLOAD_TOO_LARGE */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getTenantPartnerAccessFreezes: {
        parameters: {
            query?: {
                in_force?: "true" | "false";
            };
            header?: {
                /** @description The tenant that is worked in; echoed in the answer. */
                "X-Active-Tenant-Id"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            freeze_id: string;
                            /** @enum {string} */
                            scope: "platform" | "partner" | "tenant" | "delegation" | "person";
                            partner_id: string | null;
                            partner_name: string | null;
                            tenant_id: string | null;
                            tenant_name: string | null;
                            link_id: string | null;
                            person_id: string | null;
                            person_name: string | null;
                            reason: string | null;
                            in_force: boolean;
                            set_by_name: string;
                            /** @enum {string} */
                            set_by_side: "partner" | "tenant" | "provider";
                            created_at: string;
                            lift_asked_at: string | null;
                            lift_asked_by_you: boolean;
                            lifted_at: string | null;
                            lift_reason: string | null;
                        }[];
                    };
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, PERMISSION_DENIED, PERSON_INACTIVE, TENANT_INACTIVE, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TENANT_NOT_FOUND */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getTenantPartnerAccessLinks: {
        parameters: {
            query?: {
                status?: string;
                partner_id?: string;
                limit?: string;
                offset?: string;
            };
            header?: {
                /** @description The tenant that is worked in; echoed in the answer. */
                "X-Active-Tenant-Id"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            link_id: string;
                            /** @description Null until a tenant answered the request. */
                            tenant_id: string | null;
                            tenant_name: string;
                            tenant_slug: string;
                            partner_id: string;
                            partner_name: string;
                            /** @enum {string} */
                            status: "requested" | "approved" | "active" | "suspended" | "expired" | "revoked" | "declined" | "withdrawn" | "lapsed";
                            status_word: string;
                            status_reason: string | null;
                            status_changed_at: string;
                            /** @enum {string|null} */
                            status_changed_by: "partner" | "tenant" | "provider" | "clock" | null;
                            /** @enum {string} */
                            relationship_type: "msp_managed" | "enterprise_subsidiary" | "reseller_channel" | "audit_only";
                            /** @enum {string} */
                            access_role: "msp_full" | "msp_billing" | "msp_support" | "enterprise_hq" | "auditor" | "reseller" | "delegate";
                            role_title: string;
                            role_version: number;
                            /** @enum {string} */
                            initiated_by: "partner" | "tenant" | "provider";
                            starts_at: string;
                            ends_at: string | null;
                            expires_in_days: number | null;
                            renewable_until: string | null;
                            requested_at: string;
                            request_message: string | null;
                            request_expires_at: string;
                            approved_at: string | null;
                            approved_by_name: string | null;
                            permissions: string[];
                            overrides: {
                                pattern: string;
                                /** @enum {string} */
                                effect: "grant" | "deny";
                                reason: string | null;
                                expires_at: string | null;
                            }[];
                            conditions_in_force: boolean;
                            auto_renew_days: number;
                            /** @enum {string} */
                            billing_party: "tenant" | "partner" | "split";
                            sla_response_hours: number | null;
                            sla_uptime_target: number | null;
                            notify_on_sla_breach: boolean;
                            notify_on_billing_threshold: boolean;
                            billing_alert_threshold: components["schemas"]["Money"] | null;
                            members_count: number;
                            last_used_at: string | null;
                            version: number;
                            conditions: {
                                /** @default [] */
                                ip_allow: string[];
                                /**
                                 * @default off
                                 * @enum {string}
                                 */
                                ip_mode: "off" | "monitor" | "enforce";
                                /** @default null */
                                mfa_max_age_s: number | null;
                                /** @default false */
                                phishing_resistant: boolean;
                                /** @default null */
                                hours: {
                                    tz: string;
                                    windows: {
                                        days: number[];
                                        from: string;
                                        to: string;
                                    }[];
                                } | null;
                                /** @default false */
                                read_reason_required: boolean;
                                /** @default false */
                                tenant_elevation_approval: boolean;
                            } | null;
                            can: string[];
                            cannot: string[];
                            people: {
                                member_id: string;
                                person_id: string;
                                name: string;
                                /** @enum {string|null} */
                                role: "msp_full" | "msp_billing" | "msp_support" | "enterprise_hq" | "auditor" | "reseller" | "delegate" | null;
                                ends_at: string | null;
                                assigned_at: string;
                                /** @enum {string} */
                                factor: "none" | "otp" | "phishing_resistant";
                                last_used_at: string | null;
                            }[];
                            activity_30d: {
                                reads: number;
                                writes: number;
                                people: number;
                            };
                        }[];
                        total: number;
                        limit: number;
                        offset: number;
                        has_more: boolean;
                    };
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, PERMISSION_DENIED, PERSON_INACTIVE, TENANT_INACTIVE, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TENANT_NOT_FOUND */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postTenantPartnerAccessLinksInvite: {
        parameters: {
            query?: never;
            header?: {
                /** @description The tenant that is worked in; echoed in the answer. */
                "X-Active-Tenant-Id"?: string;
                /** @description Makes a repetition within 24 hours answer as the first did. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    partner_slug: string;
                    /** @enum {string} */
                    relationship_type: "msp_managed" | "enterprise_subsidiary" | "reseller_channel" | "audit_only";
                    access_role: string;
                    message: string;
                    duration_days?: number | null;
                    conditions?: {
                        /** @default [] */
                        ip_allow?: string[];
                        /**
                         * @default off
                         * @enum {string}
                         */
                        ip_mode?: "off" | "monitor" | "enforce";
                        /** @default null */
                        mfa_max_age_s?: number | null;
                        /** @default false */
                        phishing_resistant?: boolean;
                        /** @default null */
                        hours?: {
                            tz: string;
                            windows: {
                                days: number[];
                                from: string;
                                to: string;
                            }[];
                        } | null;
                        /** @default false */
                        read_reason_required?: boolean;
                        /** @default false */
                        tenant_elevation_approval?: boolean;
                    };
                };
            };
        };
        responses: {
            /** @description Done. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        link_id: string;
                        /** @description Null until a tenant answered the request. */
                        tenant_id: string | null;
                        tenant_name: string;
                        tenant_slug: string;
                        partner_id: string;
                        partner_name: string;
                        /** @enum {string} */
                        status: "requested" | "approved" | "active" | "suspended" | "expired" | "revoked" | "declined" | "withdrawn" | "lapsed";
                        status_word: string;
                        status_reason: string | null;
                        status_changed_at: string;
                        /** @enum {string|null} */
                        status_changed_by: "partner" | "tenant" | "provider" | "clock" | null;
                        /** @enum {string} */
                        relationship_type: "msp_managed" | "enterprise_subsidiary" | "reseller_channel" | "audit_only";
                        /** @enum {string} */
                        access_role: "msp_full" | "msp_billing" | "msp_support" | "enterprise_hq" | "auditor" | "reseller" | "delegate";
                        role_title: string;
                        role_version: number;
                        /** @enum {string} */
                        initiated_by: "partner" | "tenant" | "provider";
                        starts_at: string;
                        ends_at: string | null;
                        expires_in_days: number | null;
                        renewable_until: string | null;
                        requested_at: string;
                        request_message: string | null;
                        request_expires_at: string;
                        approved_at: string | null;
                        approved_by_name: string | null;
                        permissions: string[];
                        overrides: {
                            pattern: string;
                            /** @enum {string} */
                            effect: "grant" | "deny";
                            reason: string | null;
                            expires_at: string | null;
                        }[];
                        conditions_in_force: boolean;
                        auto_renew_days: number;
                        /** @enum {string} */
                        billing_party: "tenant" | "partner" | "split";
                        sla_response_hours: number | null;
                        sla_uptime_target: number | null;
                        notify_on_sla_breach: boolean;
                        notify_on_billing_threshold: boolean;
                        billing_alert_threshold: components["schemas"]["Money"] | null;
                        members_count: number;
                        last_used_at: string | null;
                        version: number;
                        conditions: {
                            in_force: boolean;
                        } | null;
                    };
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, CROSS_SITE_REQUEST, PERMISSION_DENIED, PERSON_INACTIVE, TENANT_INACTIVE, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PARTNER_NOT_INVITED, TENANT_NOT_FOUND */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CONFLICT, IDEMPOTENCY_IN_PROGRESS, LINK_ALREADY_LIVE */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PAYLOAD_TOO_LARGE */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description IDEMPOTENCY_CONFLICT, VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getTenantPartnerAccessLinksByLinkId: {
        parameters: {
            query?: never;
            header?: {
                /** @description The tenant that is worked in; echoed in the answer. */
                "X-Active-Tenant-Id"?: string;
            };
            path: {
                link_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        link_id: string;
                        /** @description Null until a tenant answered the request. */
                        tenant_id: string | null;
                        tenant_name: string;
                        tenant_slug: string;
                        partner_id: string;
                        partner_name: string;
                        /** @enum {string} */
                        status: "requested" | "approved" | "active" | "suspended" | "expired" | "revoked" | "declined" | "withdrawn" | "lapsed";
                        status_word: string;
                        status_reason: string | null;
                        status_changed_at: string;
                        /** @enum {string|null} */
                        status_changed_by: "partner" | "tenant" | "provider" | "clock" | null;
                        /** @enum {string} */
                        relationship_type: "msp_managed" | "enterprise_subsidiary" | "reseller_channel" | "audit_only";
                        /** @enum {string} */
                        access_role: "msp_full" | "msp_billing" | "msp_support" | "enterprise_hq" | "auditor" | "reseller" | "delegate";
                        role_title: string;
                        role_version: number;
                        /** @enum {string} */
                        initiated_by: "partner" | "tenant" | "provider";
                        starts_at: string;
                        ends_at: string | null;
                        expires_in_days: number | null;
                        renewable_until: string | null;
                        requested_at: string;
                        request_message: string | null;
                        request_expires_at: string;
                        approved_at: string | null;
                        approved_by_name: string | null;
                        permissions: string[];
                        overrides: {
                            pattern: string;
                            /** @enum {string} */
                            effect: "grant" | "deny";
                            reason: string | null;
                            expires_at: string | null;
                        }[];
                        conditions_in_force: boolean;
                        auto_renew_days: number;
                        /** @enum {string} */
                        billing_party: "tenant" | "partner" | "split";
                        sla_response_hours: number | null;
                        sla_uptime_target: number | null;
                        notify_on_sla_breach: boolean;
                        notify_on_billing_threshold: boolean;
                        billing_alert_threshold: components["schemas"]["Money"] | null;
                        members_count: number;
                        last_used_at: string | null;
                        version: number;
                        conditions: {
                            /** @default [] */
                            ip_allow: string[];
                            /**
                             * @default off
                             * @enum {string}
                             */
                            ip_mode: "off" | "monitor" | "enforce";
                            /** @default null */
                            mfa_max_age_s: number | null;
                            /** @default false */
                            phishing_resistant: boolean;
                            /** @default null */
                            hours: {
                                tz: string;
                                windows: {
                                    days: number[];
                                    from: string;
                                    to: string;
                                }[];
                            } | null;
                            /** @default false */
                            read_reason_required: boolean;
                            /** @default false */
                            tenant_elevation_approval: boolean;
                        } | null;
                        can: string[];
                        cannot: string[];
                        people: {
                            member_id: string;
                            person_id: string;
                            name: string;
                            /** @enum {string|null} */
                            role: "msp_full" | "msp_billing" | "msp_support" | "enterprise_hq" | "auditor" | "reseller" | "delegate" | null;
                            ends_at: string | null;
                            assigned_at: string;
                            /** @enum {string} */
                            factor: "none" | "otp" | "phishing_resistant";
                            last_used_at: string | null;
                        }[];
                        activity_30d: {
                            reads: number;
                            writes: number;
                            people: number;
                        };
                        history: {
                            changed_at: string;
                            version: number;
                            event: string;
                            by: string | null;
                            name: string | null;
                            detail: {
                                [key: string]: unknown;
                            };
                        }[];
                        changes: {
                            change_request_id: string;
                            link_id: string;
                            /** @enum {string} */
                            status: "waiting" | "approved" | "declined" | "withdrawn" | "lapsed";
                            rows: {
                                field: string;
                                label: string;
                                before: string;
                                after: string;
                                /** @enum {string} */
                                direction: "widening" | "narrowing" | "mixed" | "neutral";
                            }[];
                            reason: string | null;
                            requested_by_name: string;
                            requested_at: string;
                            expires_at: string;
                            decided_at: string | null;
                        }[];
                        approval_snapshot: {
                            text_version: number;
                            /** @enum {string} */
                            access_role: "msp_full" | "msp_billing" | "msp_support" | "enterprise_hq" | "auditor" | "reseller" | "delegate";
                            role_version: number;
                            permissions: string[];
                            starts_at: string;
                            ends_at: string | null;
                        } | null;
                        snapshot_token: string | null;
                        first_approval: {
                            name: string;
                            at: string;
                        } | null;
                        live_counts: {
                            subscribers: number;
                            open_invoices: number;
                            open_tickets: number;
                        };
                        policy: {
                            max_duration_days: number;
                            dual_approval: boolean;
                            conditions: {
                                /** @default [] */
                                ip_allow: string[];
                                /**
                                 * @default off
                                 * @enum {string}
                                 */
                                ip_mode: "off" | "monitor" | "enforce";
                                /** @default null */
                                mfa_max_age_s: number | null;
                                /** @default false */
                                phishing_resistant: boolean;
                                /** @default null */
                                hours: {
                                    tz: string;
                                    windows: {
                                        days: number[];
                                        from: string;
                                        to: string;
                                    }[];
                                } | null;
                                /** @default false */
                                read_reason_required: boolean;
                                /** @default false */
                                tenant_elevation_approval: boolean;
                            } | null;
                        };
                    };
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, PERMISSION_DENIED, PERSON_INACTIVE, TENANT_INACTIVE, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description LINK_NOT_FOUND, TENANT_NOT_FOUND */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    patchTenantPartnerAccessLinksByLinkId: {
        parameters: {
            query?: never;
            header: {
                /** @description The tenant that is worked in; echoed in the answer. */
                "X-Active-Tenant-Id"?: string;
                /** @description The ETag that was read. */
                "If-Match": string;
            };
            path: {
                link_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    access_role?: string;
                    /** @description Every pattern that is denied; leaving one out takes its denial away. */
                    deny?: string[];
                    ends_at?: string | null;
                    conditions?: {
                        /** @default [] */
                        ip_allow?: string[];
                        /**
                         * @default off
                         * @enum {string}
                         */
                        ip_mode?: "off" | "monitor" | "enforce";
                        /** @default null */
                        mfa_max_age_s?: number | null;
                        /** @default false */
                        phishing_resistant?: boolean;
                        /** @default null */
                        hours?: {
                            tz: string;
                            windows: {
                                days: number[];
                                from: string;
                                to: string;
                            }[];
                        } | null;
                        /** @default false */
                        read_reason_required?: boolean;
                        /** @default false */
                        tenant_elevation_approval?: boolean;
                    };
                    reason?: string;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        link_id: string;
                        /** @description Null until a tenant answered the request. */
                        tenant_id: string | null;
                        tenant_name: string;
                        tenant_slug: string;
                        partner_id: string;
                        partner_name: string;
                        /** @enum {string} */
                        status: "requested" | "approved" | "active" | "suspended" | "expired" | "revoked" | "declined" | "withdrawn" | "lapsed";
                        status_word: string;
                        status_reason: string | null;
                        status_changed_at: string;
                        /** @enum {string|null} */
                        status_changed_by: "partner" | "tenant" | "provider" | "clock" | null;
                        /** @enum {string} */
                        relationship_type: "msp_managed" | "enterprise_subsidiary" | "reseller_channel" | "audit_only";
                        /** @enum {string} */
                        access_role: "msp_full" | "msp_billing" | "msp_support" | "enterprise_hq" | "auditor" | "reseller" | "delegate";
                        role_title: string;
                        role_version: number;
                        /** @enum {string} */
                        initiated_by: "partner" | "tenant" | "provider";
                        starts_at: string;
                        ends_at: string | null;
                        expires_in_days: number | null;
                        renewable_until: string | null;
                        requested_at: string;
                        request_message: string | null;
                        request_expires_at: string;
                        approved_at: string | null;
                        approved_by_name: string | null;
                        permissions: string[];
                        overrides: {
                            pattern: string;
                            /** @enum {string} */
                            effect: "grant" | "deny";
                            reason: string | null;
                            expires_at: string | null;
                        }[];
                        conditions_in_force: boolean;
                        auto_renew_days: number;
                        /** @enum {string} */
                        billing_party: "tenant" | "partner" | "split";
                        sla_response_hours: number | null;
                        sla_uptime_target: number | null;
                        notify_on_sla_breach: boolean;
                        notify_on_billing_threshold: boolean;
                        billing_alert_threshold: components["schemas"]["Money"] | null;
                        members_count: number;
                        last_used_at: string | null;
                        version: number;
                        conditions: {
                            /** @default [] */
                            ip_allow: string[];
                            /**
                             * @default off
                             * @enum {string}
                             */
                            ip_mode: "off" | "monitor" | "enforce";
                            /** @default null */
                            mfa_max_age_s: number | null;
                            /** @default false */
                            phishing_resistant: boolean;
                            /** @default null */
                            hours: {
                                tz: string;
                                windows: {
                                    days: number[];
                                    from: string;
                                    to: string;
                                }[];
                            } | null;
                            /** @default false */
                            read_reason_required: boolean;
                            /** @default false */
                            tenant_elevation_approval: boolean;
                        } | null;
                        can: string[];
                        cannot: string[];
                        people: {
                            member_id: string;
                            person_id: string;
                            name: string;
                            /** @enum {string|null} */
                            role: "msp_full" | "msp_billing" | "msp_support" | "enterprise_hq" | "auditor" | "reseller" | "delegate" | null;
                            ends_at: string | null;
                            assigned_at: string;
                            /** @enum {string} */
                            factor: "none" | "otp" | "phishing_resistant";
                            last_used_at: string | null;
                        }[];
                        activity_30d: {
                            reads: number;
                            writes: number;
                            people: number;
                        };
                    };
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, CROSS_SITE_REQUEST, PERMISSION_DENIED, PERSON_INACTIVE, TENANT_INACTIVE, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description LINK_NOT_FOUND, TENANT_NOT_FOUND */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CONFLICT, FULL_ROLE_TAKEN, LINK_STATE_CONFLICT */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PRECONDITION_FAILED */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PAYLOAD_TOO_LARGE */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PRECONDITION_REQUIRED */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postTenantPartnerAccessLinksByLinkIdApprove: {
        parameters: {
            query?: never;
            header?: {
                /** @description The tenant that is worked in; echoed in the answer. */
                "X-Active-Tenant-Id"?: string;
                /** @description Makes a repetition within 24 hours answer as the first did. */
                "Idempotency-Key"?: string;
            };
            path: {
                link_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    accept?: {
                        access_role?: string;
                        /** @description Patterns that are taken away besides those of the request. */
                        deny?: string[];
                        /** Format: date-time */
                        ends_at?: string;
                        conditions?: {
                            /** @default [] */
                            ip_allow?: string[];
                            /**
                             * @default off
                             * @enum {string}
                             */
                            ip_mode?: "off" | "monitor" | "enforce";
                            /** @default null */
                            mfa_max_age_s?: number | null;
                            /** @default false */
                            phishing_resistant?: boolean;
                            /** @default null */
                            hours?: {
                                tz: string;
                                windows: {
                                    days: number[];
                                    from: string;
                                    to: string;
                                }[];
                            } | null;
                            /** @default false */
                            read_reason_required?: boolean;
                            /** @default false */
                            tenant_elevation_approval?: boolean;
                        };
                    };
                    snapshot_token: string;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        link_id: string;
                        /** @description Null until a tenant answered the request. */
                        tenant_id: string | null;
                        tenant_name: string;
                        tenant_slug: string;
                        partner_id: string;
                        partner_name: string;
                        /** @enum {string} */
                        status: "requested" | "approved" | "active" | "suspended" | "expired" | "revoked" | "declined" | "withdrawn" | "lapsed";
                        status_word: string;
                        status_reason: string | null;
                        status_changed_at: string;
                        /** @enum {string|null} */
                        status_changed_by: "partner" | "tenant" | "provider" | "clock" | null;
                        /** @enum {string} */
                        relationship_type: "msp_managed" | "enterprise_subsidiary" | "reseller_channel" | "audit_only";
                        /** @enum {string} */
                        access_role: "msp_full" | "msp_billing" | "msp_support" | "enterprise_hq" | "auditor" | "reseller" | "delegate";
                        role_title: string;
                        role_version: number;
                        /** @enum {string} */
                        initiated_by: "partner" | "tenant" | "provider";
                        starts_at: string;
                        ends_at: string | null;
                        expires_in_days: number | null;
                        renewable_until: string | null;
                        requested_at: string;
                        request_message: string | null;
                        request_expires_at: string;
                        approved_at: string | null;
                        approved_by_name: string | null;
                        permissions: string[];
                        overrides: {
                            pattern: string;
                            /** @enum {string} */
                            effect: "grant" | "deny";
                            reason: string | null;
                            expires_at: string | null;
                        }[];
                        conditions_in_force: boolean;
                        auto_renew_days: number;
                        /** @enum {string} */
                        billing_party: "tenant" | "partner" | "split";
                        sla_response_hours: number | null;
                        sla_uptime_target: number | null;
                        notify_on_sla_breach: boolean;
                        notify_on_billing_threshold: boolean;
                        billing_alert_threshold: components["schemas"]["Money"] | null;
                        members_count: number;
                        last_used_at: string | null;
                        version: number;
                        conditions: {
                            /** @default [] */
                            ip_allow: string[];
                            /**
                             * @default off
                             * @enum {string}
                             */
                            ip_mode: "off" | "monitor" | "enforce";
                            /** @default null */
                            mfa_max_age_s: number | null;
                            /** @default false */
                            phishing_resistant: boolean;
                            /** @default null */
                            hours: {
                                tz: string;
                                windows: {
                                    days: number[];
                                    from: string;
                                    to: string;
                                }[];
                            } | null;
                            /** @default false */
                            read_reason_required: boolean;
                            /** @default false */
                            tenant_elevation_approval: boolean;
                        } | null;
                        can: string[];
                        cannot: string[];
                        people: {
                            member_id: string;
                            person_id: string;
                            name: string;
                            /** @enum {string|null} */
                            role: "msp_full" | "msp_billing" | "msp_support" | "enterprise_hq" | "auditor" | "reseller" | "delegate" | null;
                            ends_at: string | null;
                            assigned_at: string;
                            /** @enum {string} */
                            factor: "none" | "otp" | "phishing_resistant";
                            last_used_at: string | null;
                        }[];
                        activity_30d: {
                            reads: number;
                            writes: number;
                            people: number;
                        };
                        waits_for_second: boolean;
                    };
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, CROSS_SITE_REQUEST, PERMISSION_DENIED, PERSON_INACTIVE, TENANT_INACTIVE, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description LINK_NOT_FOUND, TENANT_NOT_FOUND */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CONFLICT, FULL_ROLE_TAKEN, IDEMPOTENCY_IN_PROGRESS, LINK_STATE_CONFLICT, SECOND_APPROVER_NEEDED, SNAPSHOT_STALE */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PAYLOAD_TOO_LARGE */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description IDEMPOTENCY_CONFLICT, NOT_NARROWER, VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postTenantPartnerAccessLinksByLinkIdDecline: {
        parameters: {
            query?: never;
            header?: {
                /** @description The tenant that is worked in; echoed in the answer. */
                "X-Active-Tenant-Id"?: string;
                /** @description Makes a repetition within 24 hours answer as the first did. */
                "Idempotency-Key"?: string;
            };
            path: {
                link_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    reason?: string;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        link_id: string;
                        /** @description Null until a tenant answered the request. */
                        tenant_id: string | null;
                        tenant_name: string;
                        tenant_slug: string;
                        partner_id: string;
                        partner_name: string;
                        /** @enum {string} */
                        status: "requested" | "approved" | "active" | "suspended" | "expired" | "revoked" | "declined" | "withdrawn" | "lapsed";
                        status_word: string;
                        status_reason: string | null;
                        status_changed_at: string;
                        /** @enum {string|null} */
                        status_changed_by: "partner" | "tenant" | "provider" | "clock" | null;
                        /** @enum {string} */
                        relationship_type: "msp_managed" | "enterprise_subsidiary" | "reseller_channel" | "audit_only";
                        /** @enum {string} */
                        access_role: "msp_full" | "msp_billing" | "msp_support" | "enterprise_hq" | "auditor" | "reseller" | "delegate";
                        role_title: string;
                        role_version: number;
                        /** @enum {string} */
                        initiated_by: "partner" | "tenant" | "provider";
                        starts_at: string;
                        ends_at: string | null;
                        expires_in_days: number | null;
                        renewable_until: string | null;
                        requested_at: string;
                        request_message: string | null;
                        request_expires_at: string;
                        approved_at: string | null;
                        approved_by_name: string | null;
                        permissions: string[];
                        overrides: {
                            pattern: string;
                            /** @enum {string} */
                            effect: "grant" | "deny";
                            reason: string | null;
                            expires_at: string | null;
                        }[];
                        conditions_in_force: boolean;
                        auto_renew_days: number;
                        /** @enum {string} */
                        billing_party: "tenant" | "partner" | "split";
                        sla_response_hours: number | null;
                        sla_uptime_target: number | null;
                        notify_on_sla_breach: boolean;
                        notify_on_billing_threshold: boolean;
                        billing_alert_threshold: components["schemas"]["Money"] | null;
                        members_count: number;
                        last_used_at: string | null;
                        version: number;
                        conditions: {
                            /** @default [] */
                            ip_allow: string[];
                            /**
                             * @default off
                             * @enum {string}
                             */
                            ip_mode: "off" | "monitor" | "enforce";
                            /** @default null */
                            mfa_max_age_s: number | null;
                            /** @default false */
                            phishing_resistant: boolean;
                            /** @default null */
                            hours: {
                                tz: string;
                                windows: {
                                    days: number[];
                                    from: string;
                                    to: string;
                                }[];
                            } | null;
                            /** @default false */
                            read_reason_required: boolean;
                            /** @default false */
                            tenant_elevation_approval: boolean;
                        } | null;
                        can: string[];
                        cannot: string[];
                        people: {
                            member_id: string;
                            person_id: string;
                            name: string;
                            /** @enum {string|null} */
                            role: "msp_full" | "msp_billing" | "msp_support" | "enterprise_hq" | "auditor" | "reseller" | "delegate" | null;
                            ends_at: string | null;
                            assigned_at: string;
                            /** @enum {string} */
                            factor: "none" | "otp" | "phishing_resistant";
                            last_used_at: string | null;
                        }[];
                        activity_30d: {
                            reads: number;
                            writes: number;
                            people: number;
                        };
                    };
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, CROSS_SITE_REQUEST, PERMISSION_DENIED, PERSON_INACTIVE, TENANT_INACTIVE, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description LINK_NOT_FOUND, TENANT_NOT_FOUND */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CONFLICT, IDEMPOTENCY_IN_PROGRESS, LINK_STATE_CONFLICT */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PAYLOAD_TOO_LARGE */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description IDEMPOTENCY_CONFLICT, VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postTenantPartnerAccessLinksByLinkIdPreview: {
        parameters: {
            query?: never;
            header?: {
                /** @description The tenant that is worked in; echoed in the answer. */
                "X-Active-Tenant-Id"?: string;
                /** @description Makes a repetition within 24 hours answer as the first did. */
                "Idempotency-Key"?: string;
            };
            path: {
                link_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    access_role?: string;
                    /** @description Every pattern that is denied; leaving one out takes its denial away. */
                    deny?: string[];
                    ends_at?: string | null;
                    conditions?: {
                        /** @default [] */
                        ip_allow?: string[];
                        /**
                         * @default off
                         * @enum {string}
                         */
                        ip_mode?: "off" | "monitor" | "enforce";
                        /** @default null */
                        mfa_max_age_s?: number | null;
                        /** @default false */
                        phishing_resistant?: boolean;
                        /** @default null */
                        hours?: {
                            tz: string;
                            windows: {
                                days: number[];
                                from: string;
                                to: string;
                            }[];
                        } | null;
                        /** @default false */
                        read_reason_required?: boolean;
                        /** @default false */
                        tenant_elevation_approval?: boolean;
                    };
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        can: string[];
                        cannot: string[];
                        diff: {
                            field: string;
                            label: string;
                            before: string;
                            after: string;
                            /** @enum {string} */
                            kind: "widening" | "narrowing" | "mixed" | "neutral";
                        }[];
                    };
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, CROSS_SITE_REQUEST, PERMISSION_DENIED, PERSON_INACTIVE, TENANT_INACTIVE, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description LINK_NOT_FOUND, TENANT_NOT_FOUND */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CONFLICT, IDEMPOTENCY_IN_PROGRESS */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PAYLOAD_TOO_LARGE */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description IDEMPOTENCY_CONFLICT, VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postTenantPartnerAccessLinksByLinkIdRenew: {
        parameters: {
            query?: never;
            header?: {
                /** @description The tenant that is worked in; echoed in the answer. */
                "X-Active-Tenant-Id"?: string;
                /** @description Makes a repetition within 24 hours answer as the first did. */
                "Idempotency-Key"?: string;
            };
            path: {
                link_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** Format: date-time */
                    ends_at?: string;
                    reason?: string;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        link_id: string;
                        /** @description Null until a tenant answered the request. */
                        tenant_id: string | null;
                        tenant_name: string;
                        tenant_slug: string;
                        partner_id: string;
                        partner_name: string;
                        /** @enum {string} */
                        status: "requested" | "approved" | "active" | "suspended" | "expired" | "revoked" | "declined" | "withdrawn" | "lapsed";
                        status_word: string;
                        status_reason: string | null;
                        status_changed_at: string;
                        /** @enum {string|null} */
                        status_changed_by: "partner" | "tenant" | "provider" | "clock" | null;
                        /** @enum {string} */
                        relationship_type: "msp_managed" | "enterprise_subsidiary" | "reseller_channel" | "audit_only";
                        /** @enum {string} */
                        access_role: "msp_full" | "msp_billing" | "msp_support" | "enterprise_hq" | "auditor" | "reseller" | "delegate";
                        role_title: string;
                        role_version: number;
                        /** @enum {string} */
                        initiated_by: "partner" | "tenant" | "provider";
                        starts_at: string;
                        ends_at: string | null;
                        expires_in_days: number | null;
                        renewable_until: string | null;
                        requested_at: string;
                        request_message: string | null;
                        request_expires_at: string;
                        approved_at: string | null;
                        approved_by_name: string | null;
                        permissions: string[];
                        overrides: {
                            pattern: string;
                            /** @enum {string} */
                            effect: "grant" | "deny";
                            reason: string | null;
                            expires_at: string | null;
                        }[];
                        conditions_in_force: boolean;
                        auto_renew_days: number;
                        /** @enum {string} */
                        billing_party: "tenant" | "partner" | "split";
                        sla_response_hours: number | null;
                        sla_uptime_target: number | null;
                        notify_on_sla_breach: boolean;
                        notify_on_billing_threshold: boolean;
                        billing_alert_threshold: components["schemas"]["Money"] | null;
                        members_count: number;
                        last_used_at: string | null;
                        version: number;
                        conditions: {
                            /** @default [] */
                            ip_allow: string[];
                            /**
                             * @default off
                             * @enum {string}
                             */
                            ip_mode: "off" | "monitor" | "enforce";
                            /** @default null */
                            mfa_max_age_s: number | null;
                            /** @default false */
                            phishing_resistant: boolean;
                            /** @default null */
                            hours: {
                                tz: string;
                                windows: {
                                    days: number[];
                                    from: string;
                                    to: string;
                                }[];
                            } | null;
                            /** @default false */
                            read_reason_required: boolean;
                            /** @default false */
                            tenant_elevation_approval: boolean;
                        } | null;
                        can: string[];
                        cannot: string[];
                        people: {
                            member_id: string;
                            person_id: string;
                            name: string;
                            /** @enum {string|null} */
                            role: "msp_full" | "msp_billing" | "msp_support" | "enterprise_hq" | "auditor" | "reseller" | "delegate" | null;
                            ends_at: string | null;
                            assigned_at: string;
                            /** @enum {string} */
                            factor: "none" | "otp" | "phishing_resistant";
                            last_used_at: string | null;
                        }[];
                        activity_30d: {
                            reads: number;
                            writes: number;
                            people: number;
                        };
                    };
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, CROSS_SITE_REQUEST, PERMISSION_DENIED, PERSON_INACTIVE, TENANT_INACTIVE, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description LINK_NOT_FOUND, TENANT_NOT_FOUND */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CONFLICT, IDEMPOTENCY_IN_PROGRESS, LINK_STATE_CONFLICT */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PAYLOAD_TOO_LARGE */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description IDEMPOTENCY_CONFLICT, VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postTenantPartnerAccessLinksByLinkIdResume: {
        parameters: {
            query?: never;
            header?: {
                /** @description The tenant that is worked in; echoed in the answer. */
                "X-Active-Tenant-Id"?: string;
                /** @description Makes a repetition within 24 hours answer as the first did. */
                "Idempotency-Key"?: string;
            };
            path: {
                link_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    reason?: string;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        link_id: string;
                        /** @description Null until a tenant answered the request. */
                        tenant_id: string | null;
                        tenant_name: string;
                        tenant_slug: string;
                        partner_id: string;
                        partner_name: string;
                        /** @enum {string} */
                        status: "requested" | "approved" | "active" | "suspended" | "expired" | "revoked" | "declined" | "withdrawn" | "lapsed";
                        status_word: string;
                        status_reason: string | null;
                        status_changed_at: string;
                        /** @enum {string|null} */
                        status_changed_by: "partner" | "tenant" | "provider" | "clock" | null;
                        /** @enum {string} */
                        relationship_type: "msp_managed" | "enterprise_subsidiary" | "reseller_channel" | "audit_only";
                        /** @enum {string} */
                        access_role: "msp_full" | "msp_billing" | "msp_support" | "enterprise_hq" | "auditor" | "reseller" | "delegate";
                        role_title: string;
                        role_version: number;
                        /** @enum {string} */
                        initiated_by: "partner" | "tenant" | "provider";
                        starts_at: string;
                        ends_at: string | null;
                        expires_in_days: number | null;
                        renewable_until: string | null;
                        requested_at: string;
                        request_message: string | null;
                        request_expires_at: string;
                        approved_at: string | null;
                        approved_by_name: string | null;
                        permissions: string[];
                        overrides: {
                            pattern: string;
                            /** @enum {string} */
                            effect: "grant" | "deny";
                            reason: string | null;
                            expires_at: string | null;
                        }[];
                        conditions_in_force: boolean;
                        auto_renew_days: number;
                        /** @enum {string} */
                        billing_party: "tenant" | "partner" | "split";
                        sla_response_hours: number | null;
                        sla_uptime_target: number | null;
                        notify_on_sla_breach: boolean;
                        notify_on_billing_threshold: boolean;
                        billing_alert_threshold: components["schemas"]["Money"] | null;
                        members_count: number;
                        last_used_at: string | null;
                        version: number;
                        conditions: {
                            /** @default [] */
                            ip_allow: string[];
                            /**
                             * @default off
                             * @enum {string}
                             */
                            ip_mode: "off" | "monitor" | "enforce";
                            /** @default null */
                            mfa_max_age_s: number | null;
                            /** @default false */
                            phishing_resistant: boolean;
                            /** @default null */
                            hours: {
                                tz: string;
                                windows: {
                                    days: number[];
                                    from: string;
                                    to: string;
                                }[];
                            } | null;
                            /** @default false */
                            read_reason_required: boolean;
                            /** @default false */
                            tenant_elevation_approval: boolean;
                        } | null;
                        can: string[];
                        cannot: string[];
                        people: {
                            member_id: string;
                            person_id: string;
                            name: string;
                            /** @enum {string|null} */
                            role: "msp_full" | "msp_billing" | "msp_support" | "enterprise_hq" | "auditor" | "reseller" | "delegate" | null;
                            ends_at: string | null;
                            assigned_at: string;
                            /** @enum {string} */
                            factor: "none" | "otp" | "phishing_resistant";
                            last_used_at: string | null;
                        }[];
                        activity_30d: {
                            reads: number;
                            writes: number;
                            people: number;
                        };
                    };
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, CROSS_SITE_REQUEST, PERMISSION_DENIED, PERSON_INACTIVE, TENANT_INACTIVE, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description LINK_NOT_FOUND, TENANT_NOT_FOUND */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CONFLICT, IDEMPOTENCY_IN_PROGRESS, LINK_STATE_CONFLICT */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PAYLOAD_TOO_LARGE */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description IDEMPOTENCY_CONFLICT, VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postTenantPartnerAccessLinksByLinkIdRevoke: {
        parameters: {
            query?: never;
            header?: {
                /** @description The tenant that is worked in; echoed in the answer. */
                "X-Active-Tenant-Id"?: string;
                /** @description Makes a repetition within 24 hours answer as the first did. */
                "Idempotency-Key"?: string;
            };
            path: {
                link_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    reason?: string;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        link_id: string;
                        /** @description Null until a tenant answered the request. */
                        tenant_id: string | null;
                        tenant_name: string;
                        tenant_slug: string;
                        partner_id: string;
                        partner_name: string;
                        /** @enum {string} */
                        status: "requested" | "approved" | "active" | "suspended" | "expired" | "revoked" | "declined" | "withdrawn" | "lapsed";
                        status_word: string;
                        status_reason: string | null;
                        status_changed_at: string;
                        /** @enum {string|null} */
                        status_changed_by: "partner" | "tenant" | "provider" | "clock" | null;
                        /** @enum {string} */
                        relationship_type: "msp_managed" | "enterprise_subsidiary" | "reseller_channel" | "audit_only";
                        /** @enum {string} */
                        access_role: "msp_full" | "msp_billing" | "msp_support" | "enterprise_hq" | "auditor" | "reseller" | "delegate";
                        role_title: string;
                        role_version: number;
                        /** @enum {string} */
                        initiated_by: "partner" | "tenant" | "provider";
                        starts_at: string;
                        ends_at: string | null;
                        expires_in_days: number | null;
                        renewable_until: string | null;
                        requested_at: string;
                        request_message: string | null;
                        request_expires_at: string;
                        approved_at: string | null;
                        approved_by_name: string | null;
                        permissions: string[];
                        overrides: {
                            pattern: string;
                            /** @enum {string} */
                            effect: "grant" | "deny";
                            reason: string | null;
                            expires_at: string | null;
                        }[];
                        conditions_in_force: boolean;
                        auto_renew_days: number;
                        /** @enum {string} */
                        billing_party: "tenant" | "partner" | "split";
                        sla_response_hours: number | null;
                        sla_uptime_target: number | null;
                        notify_on_sla_breach: boolean;
                        notify_on_billing_threshold: boolean;
                        billing_alert_threshold: components["schemas"]["Money"] | null;
                        members_count: number;
                        last_used_at: string | null;
                        version: number;
                        conditions: {
                            /** @default [] */
                            ip_allow: string[];
                            /**
                             * @default off
                             * @enum {string}
                             */
                            ip_mode: "off" | "monitor" | "enforce";
                            /** @default null */
                            mfa_max_age_s: number | null;
                            /** @default false */
                            phishing_resistant: boolean;
                            /** @default null */
                            hours: {
                                tz: string;
                                windows: {
                                    days: number[];
                                    from: string;
                                    to: string;
                                }[];
                            } | null;
                            /** @default false */
                            read_reason_required: boolean;
                            /** @default false */
                            tenant_elevation_approval: boolean;
                        } | null;
                        can: string[];
                        cannot: string[];
                        people: {
                            member_id: string;
                            person_id: string;
                            name: string;
                            /** @enum {string|null} */
                            role: "msp_full" | "msp_billing" | "msp_support" | "enterprise_hq" | "auditor" | "reseller" | "delegate" | null;
                            ends_at: string | null;
                            assigned_at: string;
                            /** @enum {string} */
                            factor: "none" | "otp" | "phishing_resistant";
                            last_used_at: string | null;
                        }[];
                        activity_30d: {
                            reads: number;
                            writes: number;
                            people: number;
                        };
                    };
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, CROSS_SITE_REQUEST, PERMISSION_DENIED, PERSON_INACTIVE, TENANT_INACTIVE, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description LINK_NOT_FOUND, TENANT_NOT_FOUND */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CONFLICT, IDEMPOTENCY_IN_PROGRESS, LINK_STATE_CONFLICT */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PAYLOAD_TOO_LARGE */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description IDEMPOTENCY_CONFLICT, VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postTenantPartnerAccessLinksByLinkIdSuspend: {
        parameters: {
            query?: never;
            header?: {
                /** @description The tenant that is worked in; echoed in the answer. */
                "X-Active-Tenant-Id"?: string;
                /** @description Makes a repetition within 24 hours answer as the first did. */
                "Idempotency-Key"?: string;
            };
            path: {
                link_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    reason?: string;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        link_id: string;
                        /** @description Null until a tenant answered the request. */
                        tenant_id: string | null;
                        tenant_name: string;
                        tenant_slug: string;
                        partner_id: string;
                        partner_name: string;
                        /** @enum {string} */
                        status: "requested" | "approved" | "active" | "suspended" | "expired" | "revoked" | "declined" | "withdrawn" | "lapsed";
                        status_word: string;
                        status_reason: string | null;
                        status_changed_at: string;
                        /** @enum {string|null} */
                        status_changed_by: "partner" | "tenant" | "provider" | "clock" | null;
                        /** @enum {string} */
                        relationship_type: "msp_managed" | "enterprise_subsidiary" | "reseller_channel" | "audit_only";
                        /** @enum {string} */
                        access_role: "msp_full" | "msp_billing" | "msp_support" | "enterprise_hq" | "auditor" | "reseller" | "delegate";
                        role_title: string;
                        role_version: number;
                        /** @enum {string} */
                        initiated_by: "partner" | "tenant" | "provider";
                        starts_at: string;
                        ends_at: string | null;
                        expires_in_days: number | null;
                        renewable_until: string | null;
                        requested_at: string;
                        request_message: string | null;
                        request_expires_at: string;
                        approved_at: string | null;
                        approved_by_name: string | null;
                        permissions: string[];
                        overrides: {
                            pattern: string;
                            /** @enum {string} */
                            effect: "grant" | "deny";
                            reason: string | null;
                            expires_at: string | null;
                        }[];
                        conditions_in_force: boolean;
                        auto_renew_days: number;
                        /** @enum {string} */
                        billing_party: "tenant" | "partner" | "split";
                        sla_response_hours: number | null;
                        sla_uptime_target: number | null;
                        notify_on_sla_breach: boolean;
                        notify_on_billing_threshold: boolean;
                        billing_alert_threshold: components["schemas"]["Money"] | null;
                        members_count: number;
                        last_used_at: string | null;
                        version: number;
                        conditions: {
                            /** @default [] */
                            ip_allow: string[];
                            /**
                             * @default off
                             * @enum {string}
                             */
                            ip_mode: "off" | "monitor" | "enforce";
                            /** @default null */
                            mfa_max_age_s: number | null;
                            /** @default false */
                            phishing_resistant: boolean;
                            /** @default null */
                            hours: {
                                tz: string;
                                windows: {
                                    days: number[];
                                    from: string;
                                    to: string;
                                }[];
                            } | null;
                            /** @default false */
                            read_reason_required: boolean;
                            /** @default false */
                            tenant_elevation_approval: boolean;
                        } | null;
                        can: string[];
                        cannot: string[];
                        people: {
                            member_id: string;
                            person_id: string;
                            name: string;
                            /** @enum {string|null} */
                            role: "msp_full" | "msp_billing" | "msp_support" | "enterprise_hq" | "auditor" | "reseller" | "delegate" | null;
                            ends_at: string | null;
                            assigned_at: string;
                            /** @enum {string} */
                            factor: "none" | "otp" | "phishing_resistant";
                            last_used_at: string | null;
                        }[];
                        activity_30d: {
                            reads: number;
                            writes: number;
                            people: number;
                        };
                    };
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, CROSS_SITE_REQUEST, PERMISSION_DENIED, PERSON_INACTIVE, TENANT_INACTIVE, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description LINK_NOT_FOUND, TENANT_NOT_FOUND */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CONFLICT, IDEMPOTENCY_IN_PROGRESS, LINK_STATE_CONFLICT */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PAYLOAD_TOO_LARGE */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description IDEMPOTENCY_CONFLICT, VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postTenantPartnerAccessLinksByLinkIdWithdraw: {
        parameters: {
            query?: never;
            header?: {
                /** @description The tenant that is worked in; echoed in the answer. */
                "X-Active-Tenant-Id"?: string;
                /** @description Makes a repetition within 24 hours answer as the first did. */
                "Idempotency-Key"?: string;
            };
            path: {
                link_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    reason?: string;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        link_id: string;
                        /** @description Null until a tenant answered the request. */
                        tenant_id: string | null;
                        tenant_name: string;
                        tenant_slug: string;
                        partner_id: string;
                        partner_name: string;
                        /** @enum {string} */
                        status: "requested" | "approved" | "active" | "suspended" | "expired" | "revoked" | "declined" | "withdrawn" | "lapsed";
                        status_word: string;
                        status_reason: string | null;
                        status_changed_at: string;
                        /** @enum {string|null} */
                        status_changed_by: "partner" | "tenant" | "provider" | "clock" | null;
                        /** @enum {string} */
                        relationship_type: "msp_managed" | "enterprise_subsidiary" | "reseller_channel" | "audit_only";
                        /** @enum {string} */
                        access_role: "msp_full" | "msp_billing" | "msp_support" | "enterprise_hq" | "auditor" | "reseller" | "delegate";
                        role_title: string;
                        role_version: number;
                        /** @enum {string} */
                        initiated_by: "partner" | "tenant" | "provider";
                        starts_at: string;
                        ends_at: string | null;
                        expires_in_days: number | null;
                        renewable_until: string | null;
                        requested_at: string;
                        request_message: string | null;
                        request_expires_at: string;
                        approved_at: string | null;
                        approved_by_name: string | null;
                        permissions: string[];
                        overrides: {
                            pattern: string;
                            /** @enum {string} */
                            effect: "grant" | "deny";
                            reason: string | null;
                            expires_at: string | null;
                        }[];
                        conditions_in_force: boolean;
                        auto_renew_days: number;
                        /** @enum {string} */
                        billing_party: "tenant" | "partner" | "split";
                        sla_response_hours: number | null;
                        sla_uptime_target: number | null;
                        notify_on_sla_breach: boolean;
                        notify_on_billing_threshold: boolean;
                        billing_alert_threshold: components["schemas"]["Money"] | null;
                        members_count: number;
                        last_used_at: string | null;
                        version: number;
                        conditions: {
                            /** @default [] */
                            ip_allow: string[];
                            /**
                             * @default off
                             * @enum {string}
                             */
                            ip_mode: "off" | "monitor" | "enforce";
                            /** @default null */
                            mfa_max_age_s: number | null;
                            /** @default false */
                            phishing_resistant: boolean;
                            /** @default null */
                            hours: {
                                tz: string;
                                windows: {
                                    days: number[];
                                    from: string;
                                    to: string;
                                }[];
                            } | null;
                            /** @default false */
                            read_reason_required: boolean;
                            /** @default false */
                            tenant_elevation_approval: boolean;
                        } | null;
                        can: string[];
                        cannot: string[];
                        people: {
                            member_id: string;
                            person_id: string;
                            name: string;
                            /** @enum {string|null} */
                            role: "msp_full" | "msp_billing" | "msp_support" | "enterprise_hq" | "auditor" | "reseller" | "delegate" | null;
                            ends_at: string | null;
                            assigned_at: string;
                            /** @enum {string} */
                            factor: "none" | "otp" | "phishing_resistant";
                            last_used_at: string | null;
                        }[];
                        activity_30d: {
                            reads: number;
                            writes: number;
                            people: number;
                        };
                    };
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, CROSS_SITE_REQUEST, PERMISSION_DENIED, PERSON_INACTIVE, TENANT_INACTIVE, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description LINK_NOT_FOUND, TENANT_NOT_FOUND */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CONFLICT, IDEMPOTENCY_IN_PROGRESS, LINK_STATE_CONFLICT */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PAYLOAD_TOO_LARGE */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description IDEMPOTENCY_CONFLICT, VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getTenantPartnerAccessPolicy: {
        parameters: {
            query?: never;
            header?: {
                /** @description The tenant that is worked in; echoed in the answer. */
                "X-Active-Tenant-Id"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        who_may_ask: "any" | "listed" | "none";
                        roles_allowed: ("msp_full" | "msp_billing" | "msp_support" | "enterprise_hq" | "auditor" | "reseller" | "delegate")[];
                        max_duration_days: number;
                        dual_approval: boolean;
                        conditions: {
                            /** @default [] */
                            ip_allow: string[];
                            /**
                             * @default off
                             * @enum {string}
                             */
                            ip_mode: "off" | "monitor" | "enforce";
                            /** @default null */
                            mfa_max_age_s: number | null;
                            /** @default false */
                            phishing_resistant: boolean;
                            /** @default null */
                            hours: {
                                tz: string;
                                windows: {
                                    days: number[];
                                    from: string;
                                    to: string;
                                }[];
                            } | null;
                            /** @default false */
                            read_reason_required: boolean;
                            /** @default false */
                            tenant_elevation_approval: boolean;
                        };
                        listed_partner_ids: string[];
                        version: number;
                    };
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, PERMISSION_DENIED, PERSON_INACTIVE, TENANT_INACTIVE, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TENANT_NOT_FOUND */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    putTenantPartnerAccessPolicy: {
        parameters: {
            query?: never;
            header: {
                /** @description The tenant that is worked in; echoed in the answer. */
                "X-Active-Tenant-Id"?: string;
                /** @description The ETag that was read. */
                "If-Match": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @enum {string} */
                    who_may_ask: "any" | "listed" | "none";
                    roles_allowed: ("msp_full" | "msp_billing" | "msp_support" | "enterprise_hq" | "auditor" | "reseller" | "delegate")[];
                    max_duration_days: number;
                    dual_approval: boolean;
                    conditions: {
                        /** @default [] */
                        ip_allow?: string[];
                        /**
                         * @default off
                         * @enum {string}
                         */
                        ip_mode?: "off" | "monitor" | "enforce";
                        /** @default null */
                        mfa_max_age_s?: number | null;
                        /** @default false */
                        phishing_resistant?: boolean;
                        /** @default null */
                        hours?: {
                            tz: string;
                            windows: {
                                days: number[];
                                from: string;
                                to: string;
                            }[];
                        } | null;
                        /** @default false */
                        read_reason_required?: boolean;
                        /** @default false */
                        tenant_elevation_approval?: boolean;
                    };
                    listed_partner_ids: string[];
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        who_may_ask: "any" | "listed" | "none";
                        roles_allowed: ("msp_full" | "msp_billing" | "msp_support" | "enterprise_hq" | "auditor" | "reseller" | "delegate")[];
                        max_duration_days: number;
                        dual_approval: boolean;
                        conditions: {
                            /** @default [] */
                            ip_allow: string[];
                            /**
                             * @default off
                             * @enum {string}
                             */
                            ip_mode: "off" | "monitor" | "enforce";
                            /** @default null */
                            mfa_max_age_s: number | null;
                            /** @default false */
                            phishing_resistant: boolean;
                            /** @default null */
                            hours: {
                                tz: string;
                                windows: {
                                    days: number[];
                                    from: string;
                                    to: string;
                                }[];
                            } | null;
                            /** @default false */
                            read_reason_required: boolean;
                            /** @default false */
                            tenant_elevation_approval: boolean;
                        };
                        listed_partner_ids: string[];
                        version: number;
                    };
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, CROSS_SITE_REQUEST, PERMISSION_DENIED, PERSON_INACTIVE, TENANT_INACTIVE, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TENANT_NOT_FOUND */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CONFLICT */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PRECONDITION_FAILED */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PAYLOAD_TOO_LARGE */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PRECONDITION_REQUIRED */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getTenantPartnerAccessRoles: {
        parameters: {
            query?: never;
            header?: {
                /** @description The tenant that is worked in; echoed in the answer. */
                "X-Active-Tenant-Id"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            /** @enum {string} */
                            role: "msp_full" | "msp_billing" | "msp_support" | "enterprise_hq" | "auditor" | "reseller" | "delegate";
                            alias: string;
                            title: string;
                            version: number;
                            permissions: string[];
                            may_be_granted: string[];
                            relationship_types: {
                                /** @enum {string} */
                                type: "msp_managed" | "enterprise_subsidiary" | "reseller_channel" | "audit_only";
                                title: string;
                            }[];
                            can: string[];
                            cannot: string[];
                        }[];
                    };
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, PERMISSION_DENIED, PERSON_INACTIVE, TENANT_INACTIVE, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TENANT_NOT_FOUND */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postTenantPartnerAccessStopAll: {
        parameters: {
            query?: never;
            header?: {
                /** @description The tenant that is worked in; echoed in the answer. */
                "X-Active-Tenant-Id"?: string;
                /** @description Makes a repetition within 24 hours answer as the first did. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    reason: string;
                    /** @description The organisation's name, typed out. */
                    confirm_name: string;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        reference: string;
                        stopped_at: string;
                        stopped_by: string;
                        reason: string;
                        items: {
                            link_id: string;
                            partner_id: string;
                            partner_name: string;
                            /** @enum {string} */
                            status_before: "requested" | "approved" | "active" | "suspended" | "expired" | "revoked" | "declined" | "withdrawn" | "lapsed";
                            people: number;
                            last_used_at: string | null;
                        }[];
                    };
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, CROSS_SITE_REQUEST, PERMISSION_DENIED, PERSON_INACTIVE, TENANT_INACTIVE, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TENANT_NOT_FOUND */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CONFLICT, IDEMPOTENCY_IN_PROGRESS */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PAYLOAD_TOO_LARGE */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description IDEMPOTENCY_CONFLICT, VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getTenantSupportAssignees: {
        parameters: {
            query?: never;
            header?: {
                /** @description The tenant that is worked in; echoed in the answer. */
                "X-Active-Tenant-Id"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AssigneeList"];
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, PERMISSION_DENIED, PERSON_INACTIVE, TENANT_INACTIVE, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TENANT_NOT_FOUND */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getTenantSupportTickets: {
        parameters: {
            query?: {
                status?: string;
                priority?: string;
                assigned_to?: string;
                unassigned?: "true" | "false";
                mine?: "true" | "false";
                sla_state?: string;
                category?: string;
                created_from?: string;
                created_to?: string;
                updated_since?: string;
                search?: string;
                sort_by?: "created_at" | "updated_at" | "sla_due" | "priority";
                sort_order?: "asc" | "desc";
                cursor?: string;
                limit?: string;
                offset?: string;
            };
            header?: {
                /** @description The tenant that is worked in; echoed in the answer. */
                "X-Active-Tenant-Id"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TicketPage"];
                };
            };
            /** @description CURSOR_INVALID, MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, PERMISSION_DENIED, PERSON_INACTIVE, TENANT_INACTIVE, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TENANT_NOT_FOUND */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postTenantSupportTickets: {
        parameters: {
            query?: never;
            header?: {
                /** @description The tenant that is worked in; echoed in the answer. */
                "X-Active-Tenant-Id"?: string;
                /** @description Makes a repetition within 24 hours answer as the first did. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewTicket"];
            };
        };
        responses: {
            /** @description Done. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TicketOpened"];
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, CROSS_SITE_REQUEST, PERMISSION_DENIED, PERSON_INACTIVE, TENANT_INACTIVE, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TENANT_NOT_FOUND */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CONFLICT, IDEMPOTENCY_IN_PROGRESS */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PAYLOAD_TOO_LARGE */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description IDEMPOTENCY_CONFLICT, VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getTenantSupportTicketsByTicketId: {
        parameters: {
            query?: never;
            header?: {
                /** @description The tenant that is worked in; echoed in the answer. */
                "X-Active-Tenant-Id"?: string;
            };
            path: {
                ticket_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TicketDetail"];
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, PERMISSION_DENIED, PERSON_INACTIVE, TENANT_INACTIVE, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TENANT_NOT_FOUND, TICKET_NOT_FOUND */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    patchTenantSupportTicketsByTicketId: {
        parameters: {
            query?: never;
            header: {
                /** @description The tenant that is worked in; echoed in the answer. */
                "X-Active-Tenant-Id"?: string;
                /** @description The ETag that was read. */
                "If-Match": string;
            };
            path: {
                ticket_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TicketChange"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TicketChanged"];
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, CROSS_SITE_REQUEST, PERMISSION_DENIED, PERSON_INACTIVE, TENANT_INACTIVE, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TENANT_NOT_FOUND, TICKET_NOT_FOUND */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CONFLICT, TICKET_STATE_CONFLICT */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PRECONDITION_FAILED */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PAYLOAD_TOO_LARGE */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PRECONDITION_REQUIRED */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postTenantSupportTicketsByTicketIdComments: {
        parameters: {
            query?: never;
            header?: {
                /** @description The tenant that is worked in; echoed in the answer. */
                "X-Active-Tenant-Id"?: string;
                /** @description Makes a repetition within 24 hours answer as the first did. */
                "Idempotency-Key"?: string;
            };
            path: {
                ticket_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewComment"];
            };
        };
        responses: {
            /** @description Done. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TicketChanged"];
                };
            };
            /** @description MALFORMED_REQUEST, TENANT_CONTEXT_MISMATCH */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description STEP_UP_REQUIRED, UNAUTHORIZED */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCESS_FROZEN, CROSS_SITE_REQUEST, PERMISSION_DENIED, PERSON_INACTIVE, TENANT_INACTIVE, WRONG_PLANE */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TENANT_NOT_FOUND, TICKET_NOT_FOUND */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CONFLICT, IDEMPOTENCY_IN_PROGRESS, TICKET_STATE_CONFLICT */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PAYLOAD_TOO_LARGE */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description IDEMPOTENCY_CONFLICT, VALIDATION_ERROR */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMIT_EXCEEDED */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL_ERROR */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, OVERLOADED */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}

set role liaison_owner;

alter table bulk_operation drop constraint bulk_operation_action_check,
  add constraint bulk_operation_action_check check (action in ('assign', 'unassign', 'renew', 'suspend', 'set_auto_renew', 'set_alerts', 'request'));
alter table bulk_item alter column link_id drop not null,
  add constraint bulk_item_names_one check ((link_id is null) = (parameters ? 'tenant_slug'));
comment on column bulk_item.link_id is 'As it was asked for; it need not be a link that there is. Null for a request, which names a customer by its code.';

reset role;

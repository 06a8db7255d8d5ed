set role liaison_owner;

-- The provider reads who belongs to a tenant and invites its first administrator. In SQL its login could make anybody a member, its
-- own staff too, and so read and do all in a tenant that let nobody in.
revoke insert, update (role, status) on tenant_member from liaison_platform;

-- People of a partner come back to its sandbox over the partner's login, so that the tenant's alone is held here.
create trigger keep_membership_over before update of role, status on tenant_member for each row
  when (session_user = 'liaison_tenant' and old.status = 'inactive' and (new.status <> 'inactive' or new.role <> old.role)) execute function private.keep_membership_over();

reset role;

// Types whose resources let someone in, or hold someone back, by being there: who, to what. Data.
// Next: scripts/review/network-presence-rules.ts, those of networks; scripts/review/presence-findings.ts, which compares.
import { code } from './markdown.ts';
import { networkPresenceRules } from './network-presence-rules.ts';
import type { Values } from './planned-resource.ts';
import type { Presence, PresenceRule } from './presence.ts';
import { isSet, items, text } from './values.ts';

const one = (kind: string, describe: (values: Values) => Presence): PresenceRule => ({
  kind,
  list: (values) => [describe(values)],
});

/** `role`, its policies; each of several holders with each of several policies. */
const attached = (label: string, holder: string, policies: string): PresenceRule => ({
  kind: 'iam',
  list: (values) =>
    items(values[holder]).flatMap((each) =>
      items(values[policies]).map((policy) => attachedPolicy(label, each, policy)),
    ),
});

function attachedPolicy(label: string, holder: string, policy: string): Presence {
  const loud = /(?:AdministratorAccess|PowerUserAccess|FullAccess)(?:-|$)/.test(policy);
  const warning = loud ? ' **A policy of AWS that allows nearly everything.**' : '';
  return {
    subject: `${label} ${code(holder)}`,
    gains: `now also has the policy ${code(policy)}${warning}`,
    loses: `no longer has the policy ${code(policy)}`,
    loud,
  };
}

const member = (user: string, group: string): PresenceRule => ({
  kind: 'iam',
  list: (values) =>
    items(values[user]).flatMap((each) =>
      items(values[group]).map((name) => ({
        subject: `user ${code(each)}`,
        gains: `is now also in group ${code(name)}`,
        loses: `is no longer in group ${code(name)}`,
        loud: false,
      })),
    ),
});

const permission = (label: string, target: string): PresenceRule =>
  one('resource policy', (values) => {
    const principal = text(values['principal']);
    const limits = [
      'source_arn',
      'source_account',
      'principal_org_id',
      'organization_id',
      'function_url_auth_type',
    ].filter((each) => isSet(values[each]));
    const said = limits.map((each) => code(`${each} = ${text(values[each])}`)).join(' and ');
    const who = principal === '*' ? '**anyone**' : code(principal);
    const on = isSet(values['qualifier']) ? ` on ${code(text(values['qualifier']))}` : '';
    const what = `do ${code(text(values['action']))}${on}${limits.length === 0 ? '' : ` when ${said}`}`;
    const isLimited = limits.some((each) => each !== 'function_url_auth_type' && !isAnySource(text(values[each])));
    const loud = (principal === '*' || principal.endsWith('.amazonaws.com')) && !isLimited;
    return {
      subject: `${label} ${code(text(values[target]))}: ${who}`,
      gains: `may now also ${what}${loud ? ' **No source is asked for.**' : ''}`,
      loses: `may no longer ${what}`,
      loud,
    };
  });

/** A source in any account, or without one that is any of its kind. */
function isAnySource(source: string): boolean {
  const [, , , , account = '', ...name] = source.split(':');
  if (!source.startsWith('arn:')) return source.includes('*');
  return account.includes('*') || (account === '' && /^[*?:]*$/.test(name.join(':')));
}

const key = (noun: string, warning: string): PresenceRule =>
  one('iam', (values) => ({
    subject: `user ${code(text(values['user'] ?? values['user_name'] ?? values['name']))}`,
    gains: `now has ${noun} **${warning}**`,
    loses: `no longer has this: ${noun}`,
    loud: true,
  }));

const shared = (label: string, name: unknown, to: unknown): Presence => ({
  subject: `${label} ${code(text(name))}`,
  gains: `is now also shared with ${code(text(to))}`,
  loses: `is no longer shared with ${code(text(to))}`,
  loud: true,
});

/** Copies of what comes in, to somewhere else. */
const sends = (label: string, name: unknown, to: unknown): Presence => ({
  subject: `${label} ${code(text(name))}`,
  gains: `now also sends to ${code(text(to))}`,
  loses: `no longer sends to ${code(text(to))}`,
  loud: false,
});

const trusted = (describe: (values: Values) => string, loud: boolean): PresenceRule =>
  one('iam', (values) => ({
    subject: 'the account',
    gains: `now trusts ${describe(values)}`,
    loses: `no longer trusts ${describe(values)}`,
    loud,
  }));

/** By type. */
export const presenceRules: Readonly<Record<string, readonly PresenceRule[]>> = {
  ...networkPresenceRules,
  aws_lambda_permission: [permission('function', 'function_name')],
  aws_lambda_layer_version_permission: [permission('layer', 'layer_name')],
  aws_iam_role: [attached('role', 'name', 'managed_policy_arns')],
  aws_iam_role_policy_attachment: [attached('role', 'role', 'policy_arn')],
  aws_iam_user_policy_attachment: [attached('user', 'user', 'policy_arn')],
  aws_iam_group_policy_attachment: [attached('group', 'group', 'policy_arn')],
  aws_iam_role_policy_attachments_exclusive: [attached('role', 'role_name', 'policy_arns')],
  aws_iam_user_policy_attachments_exclusive: [attached('user', 'user_name', 'policy_arns')],
  aws_iam_group_policy_attachments_exclusive: [attached('group', 'group_name', 'policy_arns')],
  aws_iam_policy_attachment: [
    attached('role', 'roles', 'policy_arn'),
    attached('user', 'users', 'policy_arn'),
    attached('group', 'groups', 'policy_arn'),
  ],
  aws_iam_user_group_membership: [member('user', 'groups')],
  aws_iam_group_membership: [member('users', 'group')],
  aws_iam_user: [key('an identity of its own in this account', 'A user is a long-lived identity.')],
  aws_iam_access_key: [key('a long-lived key', 'A key that never expires.')],
  aws_iam_user_login_profile: [key('a password for the console', 'A password that never expires.')],
  aws_iam_service_specific_credential: [key('credentials for one service', 'Credentials that never expire.')],
  aws_iam_openid_connect_provider: [
    trusted((values) => `tokens of ${code(text(values['url']))} for ${code(text(values['client_id_list']))}`, false),
  ],
  aws_iam_saml_provider: [trusted((values) => `the SAML provider ${code(text(values['name']))}`, true)],
  aws_kms_grant: [
    one('resource policy', (values) => {
      const limits = items(values['constraints']).join(' and ');
      const what = `do ${code(text(values['operations']))} with key ${code(text(values['key_id']))}${limits === '' ? '' : ` when ${code(limits)}`}`;
      return {
        subject: code(text(values['grantee_principal'])),
        gains: `may now also ${what}`,
        loses: `may no longer ${what}`,
        loud: items(values['operations']).includes('CreateGrant'),
      };
    }),
  ],
  aws_ram_principal_association: [
    one('exposure', (values) => shared('resource share', values['resource_share_arn'], values['principal'])),
  ],
  aws_vpc_endpoint_service_allowed_principal: [
    one('exposure', (values) => shared('endpoint service', values['vpc_endpoint_service_id'], values['principal_arn'])),
  ],
  aws_ami_launch_permission: [
    {
      kind: 'exposure',
      list: (values) =>
        ['account_id', 'group', 'organization_arn'].flatMap((each) =>
          isSet(values[each]) ? [shared('image', values['image_id'], values[each])] : [],
        ),
    },
  ],
  aws_snapshot_create_volume_permission: [
    one('exposure', (values) => shared('snapshot', values['snapshot_id'], values['account_id'])),
  ],
  aws_sns_topic_subscription: [one('exposure', (values) => sends('topic', values['topic_arn'], values['endpoint']))],
  aws_cloudwatch_log_subscription_filter: [
    one('exposure', (values) => sends('log', values['log_group_name'], values['destination_arn'])),
  ],
  aws_s3_bucket_replication_configuration: [
    {
      kind: 'exposure',
      list: (values) => items(values['rule']).map((rule) => sends('bucket', values['bucket'], rule)),
    },
  ],
  aws_s3_bucket_website_configuration: [
    one('exposure', (values) => ({
      subject: `bucket ${code(text(values['bucket']))}`,
      gains: 'is now a website',
      loses: 'is no longer a website',
      loud: true,
    })),
  ],
};

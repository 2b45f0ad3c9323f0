/* SPDX-License-Identifier: MIT */
/*
 * The replies of the Query protocol, in XML.
 *
 * Reading is libxml2's SAX2 from memory. Nothing is fetched; a DOCTYPE is refused,
 * so there are no entities but the five that XML has. Elements that no table names
 * are skipped: the service adds some over time.
 */
#ifndef SQS_WIRE_XML_H
#define SQS_WIRE_XML_H

#include <stdbool.h>

#include "sqs/base/arena.h"
#include "sqs/base/buf.h"
#include "sqs/wire/credentials.h"
#include "sqs/wire/message.h"

/*
 * The answer to `action`, all texts copied into the arena; numbers that are missing
 * are WIRE_ABSENT. Which elements must be there is the reader's business: an empty
 * SendMessageResult has no `done`. False when it is not well-formed, is an ErrorResponse,
 * lacks the action's Result element (void actions have none, whatever their root is
 * called), has far more elements than any reply, or there is no memory (then
 * arena->failed).
 */
bool xml_read_reply(struct view xml, enum wire_action action, struct arena *arena,
	struct wire_reply *out);

/*
 * What a reply with an error status says. *out is always usable: without readable
 * XML (a load balancer's page) the code and message are absent, the status stays and
 * decides on the sender's fault, and the answer is false; without memory too, which
 * arena->failed tells.
 */
bool xml_read_fault(
	struct view xml, int http_status, struct arena *arena, struct wire_fault *out);

/* The Credentials in the answer of STS to AssumeRole or AssumeRoleWithWebIdentity. False
 * when one of access key, secret, token or a readable expiration is missing. */
bool xml_read_sts_credentials(
	struct view xml, struct arena *arena, struct wire_credentials *out);

/*
 * Append a whole document. False when the buf failed. Texts must be such as
 * text_is_carried() allows; a carriage return leaves as &#xD; because a parser
 * would make a line feed of it.
 */
bool xml_write_reply(struct buf *out, const struct wire_reply *reply);
bool xml_write_fault(struct buf *out, const struct wire_fault *fault);

#endif

package present

import (
	"shelftalk/app/channel"
	"shelftalk/app/compose"
)

// channelName names a channel in the window's language.
func channelName(say Say, all []channel.Channel, id string) string {
	for _, c := range all {
		if c.ID != id {
			continue
		}
		if name := c.Name[say("code")]; name != "" {
			return name
		}
		return c.Name["en"]
	}
	return id
}

// languageName names a language; a job without one writes each product in its own.
func languageName(say Say, l compose.Language) string {
	if l == "" {
		return say("catalogue.language.own")
	}
	return say("language." + string(l))
}

func oneChannel(c channel.Channel) []channel.Channel { return []channel.Channel{c} }

// rulesetName is a ruleset's name; those that the program brings are named in the window's language until the user
// renames them.
func rulesetName(say Say, r compose.Ruleset) string {
	for _, own := range compose.Rulesets() {
		if r.ID == own.ID && r.Name == own.Name {
			return say("rulesets.own." + r.ID)
		}
	}
	return r.Name
}

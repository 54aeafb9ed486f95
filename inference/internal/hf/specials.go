package hf

import (
	"errors"
	"fmt"
)

// addSpecials sets the ids of special tokens, whether a text begins with one, and the chat template.
func addSpecials(folder string, c settings, t *tokenizer, v *vocabulary, k *keys) error {
	config, err := readOptional(folder, "tokenizer_config.json")
	if err != nil {
		return err
	}
	spellings, err := readOptional(folder, "special_tokens_map.json")
	if err != nil {
		return err
	}
	generation, err := readOptional(folder, "generation_config.json")
	if err != nil {
		return err
	}
	s := specials{v: v, k: k, sources: []settings{config, spellings}}
	first, last := frame(t.Post)
	s.begin(c, config, first)
	s.end(c, generation, last)
	if id, ok := v.ids[text(t.Model.Unknown)]; ok {
		k.set("tokenizer.ggml.unknown_token_id", id)
	} else {
		s.name("unknown_token_id", "unk_token")
	}
	s.name("padding_token_id", "pad_token")
	s.name("mask_token_id", "mask_token")
	if t.Model.Type == "WordPiece" {
		s.name("cls_token_id", "cls_token")
		s.name("seperator_token_id", "sep_token") //nolint:misspell // the format's spelling
	}
	if err := errors.Join(c.err(), config.err(), spellings.err(), generation.err()); err != nil {
		return err
	}
	template, err := chatTemplate(folder, config)
	if err != nil || template == "" {
		return err
	}
	k.set("tokenizer.chat_template", template)
	return nil
}

// frame returns the special tokens that a post-processor puts before and behind a text, "" for none.
func frame(post *stage) (first, last string) {
	for _, p := range post.flat() {
		n := len(p.Single)
		if p.Type != "TemplateProcessing" || n < 2 {
			continue
		}
		if s := p.Single[0].Special; s != nil {
			first = s.ID
		}
		if s := p.Single[n-1].Special; s != nil {
			last = s.ID
		}
	}
	return first, last
}

// specials sets keys for special tokens.
type specials struct {
	v       *vocabulary
	k       *keys
	sources []settings // where tokens are spelled
}

// spelled returns how the folder spells a special token: as text, or as an object with its content.
func (s specials) spelled(name string) string {
	for _, from := range s.sources {
		v := from.values[name]
		if m, ok := v.(map[string]any); ok {
			v = m["content"]
		}
		if text, ok := v.(string); ok && text != "" {
			return text
		}
	}
	return ""
}

// name sets the id of a token that the folder spells.
func (s specials) name(key, name string) {
	if id, ok := s.v.ids[s.spelled(name)]; ok {
		s.k.set("tokenizer.ggml."+key, id)
	}
}

// begin sets the token that begins a text. first is the one that the tokenizer puts there.
func (s specials) begin(c, config settings, first string) {
	spelled := s.spelled("bos_token")
	if spelled == "" {
		spelled = s.spelled("cls_token")
	}
	if first != "" {
		spelled = first
	}
	id, ok := s.v.ids[spelled]
	if !ok {
		id = c.countOr(-1, "bos_token_id")
		ok = id >= 0 && id < len(s.v.tokens)
	}
	if ok {
		s.k.set("tokenizer.ggml.bos_token_id", id)
	}
	s.k.set("tokenizer.ggml.add_bos_token", ok && (first != "" || config.boolean(false, "add_bos_token")))
}

// end sets the tokens that end a generation: the tokenizer's own and those of generation_config.json, or of config.json where
// that doesn't say.
func (s specials) end(c, generation settings, last string) {
	var ends []int32
	add := func(id int) {
		for _, e := range ends {
			if int(e) == id {
				return
			}
		}
		if id >= 0 && id < len(s.v.tokens) {
			ends = append(ends, int32(id))
		}
	}
	for _, name := range []string{s.spelled("eos_token"), last} {
		if id, ok := s.v.ids[name]; ok {
			add(id)
		}
	}
	if sep, ok := s.v.ids[s.spelled("sep_token")]; ok && len(ends) == 0 {
		add(sep)
	}
	from := generation
	if !from.has("eos_token_id") {
		from = c
	}
	for _, id := range from.idList("eos_token_id") {
		add(id)
	}
	s.k.set("tokenizer.ggml.add_eos_token", last != "")
	for i, key := range []string{"eos_token_id", "eot_token_id", "eom_token_id"} {
		if i < len(ends) {
			s.k.set("tokenizer.ggml."+key, int(ends[i]))
		}
	}
	if len(ends) > 0 {
		s.k.set("tokenizer.ggml.eog_token_ids", ends)
	}
}

// idList returns a token id, or a list of them.
func (s settings) idList(name string) []int {
	list, ok := s.values[name].([]any)
	if !ok {
		if !s.has(name) {
			return nil
		}
		return []int{s.countOr(-1, name)}
	}
	var ids []int
	for _, v := range list {
		x, ok := number(v)
		if !ok || x < 0 || x >= maxVocab {
			s.fail("%s holds %v: %w", name, v, ErrConfig)
			return nil
		}
		ids = append(ids, int(x))
	}
	return ids
}

// chatTemplate returns the folder's chat template: a file of its own, or a value of tokenizer_config.json, where several may
// stand by name.
func chatTemplate(folder string, config settings) (string, error) {
	text, err := readFile(folder, "chat_template.jinja")
	if err == nil {
		return string(text), nil
	}
	if !errors.Is(err, ErrMissing) {
		return "", err
	}
	list, ok := config.values["chat_template"].([]any)
	if !ok {
		template := config.text("", "chat_template")
		return template, config.err()
	}
	for _, entry := range list {
		m, _ := entry.(map[string]any)
		name, _ := m["name"].(string)
		template, ok := m["template"].(string)
		if !ok {
			return "", fmt.Errorf("%s: a chat template without text: %w", config.file, ErrConfig)
		}
		if name == "default" {
			return template, nil
		}
	}
	return "", nil
}

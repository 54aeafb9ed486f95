package hf

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// GGUF's numbers of the ways in which a text's vectors become one.
const (
	poolMean  = 1
	poolFirst = 2
)

// addPooling reads the files that the sentence-transformers library adds to an encoder's folder: how vectors are joined,
// and how many tokens it reads at most. Without them the mean is taken.
func addPooling(folder string, k *keys, items []item) error {
	kind, err := poolingOf(folder)
	if err != nil {
		return err
	}
	k.add("pooling_type", kind)
	limits, err := readOptional(folder, "sentence_bert_config.json")
	if err != nil {
		return err
	}
	length := limits.countOr(0, "max_seq_length")
	if err := limits.err(); err != nil {
		return err
	}
	if length > 0 {
		k.limit(length, items)
	}
	return nil
}

// limit shortens the context to n tokens, and the table of positions with it.
func (k *keys) limit(n int, items []item) {
	for i, key := range k.list {
		context, ok := key.Value.(uint32)
		if key.Name != k.arch+".context_length" || !ok || int(context) <= n {
			continue
		}
		k.list[i].Value = uint32(n)
		for j := range items {
			if t := &items[j].tensor; t.Name == "position_embd.weight" && t.Dims[1] > n {
				t.Dims[1] = n
			}
		}
	}
}

func poolingOf(folder string) (int, error) {
	text, err := readFile(folder, "modules.json")
	if errors.Is(err, ErrMissing) {
		return poolMean, nil
	}
	if err != nil {
		return 0, err
	}
	var modules []struct {
		Type string `json:"type"`
		Path string `json:"path"`
	}
	if err := json.Unmarshal(text, &modules); err != nil {
		return 0, fmt.Errorf("modules.json: %w: %w", ErrConfig, err)
	}
	kind := poolMean
	for _, m := range modules {
		switch m.Type[strings.LastIndex(m.Type, ".")+1:] {
		case "Transformer", "Normalize": //nolint:misspell // the library's spelling
		case "Pooling":
			if !localName(m.Path) {
				return 0, fmt.Errorf("modules.json places the pooling in %q: %w", m.Path, ErrConfig)
			}
			p, err := readSettings(folder, m.Path+"/config.json")
			if err != nil {
				return 0, err
			}
			if kind, err = poolingKind(p); err != nil {
				return 0, err
			}
		default:
			return 0, fmt.Errorf("modules.json: a module of type %q: %w", m.Type, ErrUnsupported)
		}
	}
	return kind, nil
}

func poolingKind(p settings) (int, error) {
	mode := p.text("", "pooling_mode")
	mean, first := p.boolean(false, "pooling_mode_mean_tokens"), p.boolean(false, "pooling_mode_cls_token")
	if err := p.err(); err != nil {
		return 0, err
	}
	for name, v := range p.values {
		on, _ := v.(bool)
		if on && strings.HasPrefix(name, "pooling_mode_") && name != "pooling_mode_mean_tokens" && name != "pooling_mode_cls_token" {
			return 0, fmt.Errorf("%s: %s: %w", p.file, name, ErrUnsupported)
		}
	}
	switch {
	case mean && !first, mode == "mean":
		return poolMean, nil
	case first && !mean, mode == "cls":
		return poolFirst, nil
	}
	return 0, fmt.Errorf("%s: neither the mean nor the first token: %w", p.file, ErrUnsupported)
}

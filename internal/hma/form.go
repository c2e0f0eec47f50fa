package hma

import (
	"io"
	"mime"
	"mime/multipart"
	"net/http"
)

// maxFields is how many bytes the fields of a form that are no files may have in all.
const maxFields = 512 << 10

// Texts of HMA about forms.
const (
	textNoFile   = "Missing multipart/form-data file upload"
	textTwoFiles = "Only one file allowed per request"
)

// upload is the file of a form. The name of its field says what kind of content it is; its file name and media type say nothing.
type upload struct {
	field string
	data  []byte
}

// isForm reports whether the body is declared as a form with files.
func (r *request) isForm() bool {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return kind == "multipart/form-data"
}

// form reads a form of one file and of fields beside it, the first of each name. A second file is refused before it is read.
func (r *request) form() (file upload, fields map[string]string, err error) {
	if !r.isForm() {
		return file, nil, badRequest(textNoFile)
	}
	there, fields, err := r.openForm()
	if err == nil && there == nil {
		err = badRequest(textNoFile)
	}
	if err != nil {
		return file, nil, err
	}
	return *there, fields, nil
}

// openForm is form for a body that is declared as one and need not have a file: nil.
func (r *request) openForm() (file *upload, fields map[string]string, err error) {
	f := formReader{most: r.face.FileBytes, fields: map[string]string{}}
	if err := r.receive(f.most+maxFields, func() error { return f.readAll(r.Request) }); err != nil {
		return nil, nil, err
	}
	return f.file, f.fields, nil
}

// formReader collects the parts of a form.
type formReader struct {
	most   int64 // bytes of the file
	file   *upload
	fields map[string]string
	size   int64 // of the fields
}

// readAll reads a form to its end.
func (f *formReader) readAll(r *http.Request) error {
	parts, err := r.MultipartReader()
	if err != nil {
		return badRequest(textNoFile) // no boundary is named
	}
	for {
		part, err := parts.NextRawPart()
		if err == io.EOF {
			return nil
		}
		if err == nil {
			err = f.take(part)
		}
		if err != nil {
			return err
		}
	}
}

// take adds a part. As in Werkzeug, a part is a file if it has a file name, be it empty.
func (f *formReader) take(part *multipart.Part) error {
	_, params, err := mime.ParseMediaType(part.Header.Get("Content-Disposition"))
	if err != nil {
		return err
	}
	if _, isFile := params["filename"]; !isFile {
		value, err := f.read(part, maxFields-f.size)
		f.size += int64(len(value))
		if _, twice := f.fields[params["name"]]; !twice {
			f.fields[params["name"]] = cleaned(string(value))
		}
		return err
	}
	if f.file != nil {
		return badRequest(textTwoFiles)
	}
	data, err := f.read(part, f.most)
	f.file = &upload{cleaned(params["name"]), data}
	return err
}

// read reads a part of at most so many bytes.
func (f *formReader) read(part io.Reader, most int64) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(part, most+1))
	if err == nil && int64(len(b)) > most {
		err = refuse(http.StatusRequestEntityTooLarge, textTooLarge)
	}
	return b, err
}
